using ImagePusher.Core.Inspection;

namespace ImagePusher.Output;

/// <summary>A package in an image, according to an SBOM.</summary>
public sealed class ImagePackage
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The version; null if the SBOM does not state it.</summary>
    public string? Version { get; init; }

    /// <summary>The package URL, such as <c>pkg:apk/alpine/musl@1.2.5</c>; null if the SBOM does not state it.</summary>
    public string? PackageUrl { get; init; }

    /// <summary>The license; null if it is not known.</summary>
    public string? License { get; init; }

    /// <summary>The kind, such as library or operating-system; null if the SBOM does not state it.</summary>
    public string? Kind { get; init; }

    /// <summary>The supplier; null if the SBOM does not state it.</summary>
    public string? Supplier { get; init; }

    /// <summary>The full name of the SBOM, by digest.</summary>
    public required string Reference { get; init; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    internal static ImagePackage Of(string reference, SbomPackage package) => new()
    {
        Name = OutputText.Of(package.Name),
        Version = OutputText.Of(package.Version),
        PackageUrl = OutputText.Of(package.PackageUrl),
        License = OutputText.Of(package.License),
        Kind = OutputText.Of(package.Kind),
        Supplier = OutputText.Of(package.Supplier),
        Reference = reference,
    };
}
