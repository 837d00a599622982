using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Output;

/// <summary>A reference and the digest that it has at its registry.</summary>
public sealed class ImageReferenceDigest
{
    /// <summary>The full name; binds to -Reference.</summary>
    public required string Reference { get; init; }

    /// <summary>The digest of the manifest or index.</summary>
    public required string Digest { get; init; }

    /// <summary>The full name with the digest.</summary>
    public required string PinnedReference { get; init; }

    /// <summary>The reference as a file has it; null if it was not found in one.</summary>
    public string? Text { get; init; }

    /// <summary>The file in which the reference was found; null if it was not found in one.</summary>
    public string? Path { get; init; }

    /// <summary>The same as <see cref="Path"/>; binds to -LiteralPath.</summary>
    public string? FullName => Path;

    /// <summary>The line, starting at 1; 0 if the reference was not found in a file.</summary>
    public long Line { get; init; }

    /// <summary>The column, starting at 1; 0 if the reference was not found in a file.</summary>
    public long Column { get; init; }

    /// <summary>The full name with the digest.</summary>
    public override string ToString() => PinnedReference;

    internal static ImageReferenceDigest Of(ImageReference reference, Digest digest, ReferenceLocation location) => new()
    {
        Reference = reference.ToString(),
        Digest = digest.ToString(),
        PinnedReference = ImageReference.Create(reference.Registry, reference.Repository, reference.Tag, digest).ToString(),
        Text = location.Text,
        Path = location.Path,
        Line = location.Line,
        Column = location.Column,
    };
}

/// <summary>The location of a reference that Find-ImageReference found.</summary>
internal sealed record ReferenceLocation(string? Text, string? Path, long Line, long Column);
