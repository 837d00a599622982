using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace ImagePusher.Core.Oci;

/// <summary>The platform of an image: <c>os/architecture[/variant][:os.version]</c>.</summary>
/// <param name="Os">The operating system by Go's name: linux, windows, …</param>
/// <param name="Architecture">The architecture by Go's name: amd64, arm64, arm, …</param>
/// <param name="Variant">The variant of the architecture, such as v7; null if none is stated.</param>
/// <param name="OsVersion">The version of the operating system, used by Windows images; null if none is stated.</param>
/// <remarks>image-spec, image-index.md.</remarks>
public sealed partial record Platform(string Os, string Architecture, string? Variant = null, string? OsVersion = null)
{
    /// <summary>The placeholder of attestations: unknown/unknown.</summary>
    public static Platform Unknown { get; } = new("unknown", "unknown");

    /// <summary>linux on this machine's architecture.</summary>
    public static Platform CurrentLinux { get; } = new("linux", RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.X86 => "386",
        System.Runtime.InteropServices.Architecture.Ppc64le => "ppc64le",
        var other => other.ToString().ToLowerInvariant(),
    });

    /// <summary>True for unknown/unknown, which marks an attestation.</summary>
    public bool IsUnknown => Os == "unknown" && Architecture == "unknown";

    private bool HasLevels => Architecture is "arm" or "arm64" or "amd64";

    // containerd's defaults: arm is arm/v7, arm64 is arm64/v8, amd64 is amd64/v1. Builders also write arm64/armv8 and arm/armv7l.
    private double Level => double.TryParse(
        Variant?.TrimStart('a', 'r', 'm', 'v').TrimEnd('l'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var level)
        ? level
        : Variant is not null ? -1
        : Architecture switch { "arm" => 7, "arm64" => 8, "amd64" => 1, _ => 0 };

    /// <summary>
    /// Parses <c>os/architecture[/variant][:os.version]</c>, in lower or upper case. Common other names of architectures
    /// (<c>x86_64</c>, <c>aarch64</c>, <c>armhf</c>, <c>i386</c>) and systems (<c>macos</c>) are accepted, and containerd's
    /// <c>os(os.version)/architecture</c>.
    /// </summary>
    /// <param name="text">The text, such as <c>linux/arm/v7</c> or <c>windows/amd64:10.0.20348</c>.</param>
    /// <exception cref="InvalidReferenceException">The text has another form.</exception>
    public static Platform Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var match = Form().Match(text.Trim().ToLowerInvariant());
        if (!match.Success)
        {
            throw new InvalidReferenceException(
                $"Invalid platform '{text}'.",
                (text.Contains('\\', StringComparison.Ordinal) ? "Separate the parts by '/'. " : "")
                + (Name().IsMatch(text) ? $"Specify the operating system too, such as linux/{text}. " : "")
                + "Use os/architecture or os/architecture/variant, such as linux/amd64 or linux/arm/v7; "
                + "for Windows optionally with a version, windows/amd64:10.0.20348.");
        }

        string? Part(string name) => match.Groups[name] is { Success: true } group ? group.Value : null;
        return new Platform(Part("os")!, Part("architecture")!, Part("variant"), Part("version")).Normalize();
    }

    /// <summary>
    /// True if an image of this platform runs where <paramref name="wanted"/> does, as containerd decides it: the same system
    /// and architecture, at most the wanted variant (<c>arm</c> is arm/v7, <c>arm64</c> is arm64/v8, <c>amd64</c> is
    /// amd64/v1), and the wanted version of the system, if one is stated, or a build of it.
    /// </summary>
    /// <param name="wanted">The requested platform.</param>
    public bool Satisfies(Platform wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        return Normalize().Runs(wanted.Normalize());
    }

    /// <summary>The text form, which <see cref="Parse"/> accepts: <c>linux/arm64/v8</c>, <c>windows/amd64:10.0.20348.1</c>.</summary>
    public override string ToString() =>
        $"{Os}/{Architecture}" + (Variant is null ? "" : "/" + Variant) + (OsVersion is null ? "" : ":" + OsVersion);

    /// <summary>The best of several platforms for a requested one: the same, else the highest variant; null if none satisfies it.</summary>
    internal static T? Best<T>(IEnumerable<T> candidates, Func<T, Platform?> platformOf, Platform wanted)
        where T : class =>
        candidates.Where(candidate => platformOf(candidate)?.Satisfies(wanted) == true)
            .OrderByDescending(candidate => platformOf(candidate) == wanted)
            .ThenByDescending(candidate => platformOf(candidate)!.Normalize().Level)
            .FirstOrDefault();

    private bool Runs(Platform wanted) => Os == wanted.Os && Architecture == wanted.Architecture
        && (Variant == wanted.Variant || (HasLevels ? Level >= 0 && Level <= wanted.Level : wanted.Variant is null))
        && (wanted.OsVersion is null || OsVersion == wanted.OsVersion
            || OsVersion?.StartsWith(wanted.OsVersion + ".", StringComparison.Ordinal) == true);

    // As containerd's Normalize: builders write other names and letter case into configs and indexes, too.
    private Platform Normalize()
    {
        var (architecture, variant) = (Architecture.ToLowerInvariant(), Variant?.ToLowerInvariant());
        (architecture, variant) = architecture switch
        {
            "x86_64" or "x86-64" => ("amd64", variant),
            "aarch64" => ("arm64", variant),
            "armhf" => ("arm", variant ?? "v7"),
            "armel" => ("arm", variant ?? "v6"),
            "i386" or "i486" or "i686" or "x86" => ("386", null),
            _ => (architecture, variant),
        };
        var os = Os.ToLowerInvariant();
        return new Platform(os == "macos" ? "darwin" : os, architecture, variant, OsVersion);
    }

    [GeneratedRegex(
        @"\A(?<os>[^\s/:()]+)(?:\((?<version>[^\s/:()]+)\))?/(?<architecture>[^\s/:()]+)"
        + @"(?:/(?<variant>[^\s/:()]+))?(?::(?<version>[^\s/:()]+))?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();

    [GeneratedRegex(@"\A(?!(?:linux|windows|darwin|macos|freebsd)\z)[a-z0-9_-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
