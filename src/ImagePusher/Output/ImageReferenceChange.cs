using ImagePusher.Core.Discovery;
using ImagePusher.Core.Naming;

namespace ImagePusher.Output;

/// <summary>A reference in a file that Set-ImageReference has replaced.</summary>
public sealed class ImageReferenceChange
{
    /// <summary>The full name of the new reference; binds to -Reference.</summary>
    public required string Reference { get; init; }

    /// <summary>The full name of the reference before.</summary>
    public required string SourceReference { get; init; }

    /// <summary>The text that the file had.</summary>
    public required string OldText { get; init; }

    /// <summary>The text that the file now has.</summary>
    public required string Text { get; init; }

    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>The line, starting at 1.</summary>
    public long Line { get; init; }

    /// <summary>The column, starting at 1, before the change.</summary>
    public long Column { get; init; }

    /// <summary>The kind of file.</summary>
    public required string Kind { get; init; }

    /// <summary>The field or instruction that names the image.</summary>
    public required string Why { get; init; }

    /// <summary>The full name of the new reference.</summary>
    public override string ToString() => Reference;

    internal static ImageReferenceChange Of(FoundReference found, string newText) => new()
    {
        Reference = ImageReference.Parse(newText).ToString(),
        SourceReference = found.Reference.ToString(),
        OldText = found.Text,
        Text = newText,
        Path = found.Place.Path,
        Line = found.Place.Line,
        Column = found.Place.Column,
        Kind = found.Place.Kind,
        Why = OutputText.Of(found.Place.Why),
    };
}
