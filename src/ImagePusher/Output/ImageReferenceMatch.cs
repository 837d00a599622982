using ImagePusher.Core.Discovery;

namespace ImagePusher.Output;

/// <summary>A reference to an image in a file.</summary>
public sealed class ImageReferenceMatch
{
    /// <summary>The full name; binds to -Reference.</summary>
    public required string Reference { get; init; }

    /// <summary>The reference as the file has it, or as variables expand to it.</summary>
    public required string Text { get; init; }

    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>The same as <see cref="Path"/>; binds to -LiteralPath.</summary>
    public string FullName => Path;

    /// <summary>The line, starting at 1.</summary>
    public long Line { get; init; }

    /// <summary>The column, starting at 1, in UTF-16 code units as editors count them.</summary>
    public long Column { get; init; }

    /// <summary>The offset of the value in the file, in bytes.</summary>
    public long Offset { get; init; }

    /// <summary>The kind of file.</summary>
    public required string Kind { get; init; }

    /// <summary>The field or instruction that names the image.</summary>
    public required string Why { get; init; }

    /// <summary>True if the file has <see cref="Text"/> at this place: Set-ImageReference can replace it.</summary>
    public bool IsVerbatim { get; init; }

    /// <summary>The full name.</summary>
    public override string ToString() => Reference;

    internal static ImageReferenceMatch Of(SourceText source, FoundReference found) => new()
    {
        Reference = found.Reference.ToString(),
        Text = OutputText.Of(found.Text),
        Path = found.Place.Path,
        Line = found.Place.Line,
        Column = found.Place.Column,
        Offset = source.ByteOffsetOf(found.Place.Offset),
        Kind = found.Place.Kind,
        Why = OutputText.Of(found.Place.Why),
        IsVerbatim = found.IsVerbatim,
    };
}
