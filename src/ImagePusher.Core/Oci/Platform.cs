using System.Runtime.InteropServices;

namespace ImagePusher.Core.Oci;

/// <summary>What an image runs on: <c>os/architecture[/variant]</c>.</summary>
/// <param name="Os">The operating system by Go's name: linux, windows, …</param>
/// <param name="Architecture">The processor by Go's name: amd64, arm64, arm, …</param>
/// <param name="Variant">The processor's variant, such as v7; null where there is none.</param>
/// <param name="OsVersion">The operating system's version, used by Windows images; null where there is none.</param>
/// <remarks>image-spec, image-index.md.</remarks>
public sealed record Platform(string Os, string Architecture, string? Variant = null, string? OsVersion = null)
{
    /// <summary>What attestations carry instead of a platform: unknown/unknown.</summary>
    public static Platform Unknown { get; } = new("unknown", "unknown");

    /// <summary>linux on this machine's processor.</summary>
    public static Platform LinuxHere { get; } = new("linux", RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.X86 => "386",
        System.Runtime.InteropServices.Architecture.Ppc64le => "ppc64le",
        var other => other.ToString().ToLowerInvariant(),
    });

    /// <summary>True for unknown/unknown, which marks an attestation.</summary>
    public bool IsUnknown => Os == "unknown" && Architecture == "unknown";

    /// <summary>Reads <c>os/architecture[/variant]</c>, lower or upper case; <c>x86_64</c> and <c>aarch64</c> are taken too.</summary>
    /// <exception cref="InvalidReferenceException">The text has another shape.</exception>
    public static Platform Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Trim().ToLowerInvariant().Split('/');
        if (parts.Length is not (2 or 3) || Array.Exists(parts, part => part.Length == 0 || part.Any(char.IsWhiteSpace)))
        {
            throw new InvalidReferenceException(
                $"'{text}' is no platform.", "Write os/architecture or os/architecture/variant, such as linux/amd64 or linux/arm/v7.");
        }

        var architecture = parts[1] switch { "x86_64" or "x86-64" => "amd64", "aarch64" => "arm64", "armhf" => "arm", var same => same };
        return new Platform(parts[0], architecture, parts.Length == 3 ? parts[2] : null);
    }

    /// <summary>
    /// True if an image of this platform is what <paramref name="wanted"/> asks for: same system and processor, and the
    /// same variant where one is asked for. <c>arm64</c> and <c>arm64/v8</c> are the same, as in containerd.
    /// </summary>
    public bool Satisfies(Platform wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        return Os == wanted.Os && Architecture == wanted.Architecture
            && (wanted.Variant is null || VariantOf(this) == VariantOf(wanted))
            && (wanted.OsVersion is null || OsVersion == wanted.OsVersion);
    }

    /// <summary>The platform as it is written: <c>linux/arm64/v8</c>.</summary>
    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";

    private static string? VariantOf(Platform platform) =>
        platform is { Architecture: "arm64", Variant: null } ? "v8" : platform.Variant;
}
