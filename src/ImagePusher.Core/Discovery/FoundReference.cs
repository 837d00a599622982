using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Discovery;

/// <summary>A reference to an image in a file.</summary>
/// <param name="Place">Where it is.</param>
/// <param name="Text">The reference as it was written, or as variables expand to it.</param>
/// <param name="Reference">The parsed reference.</param>
internal sealed record FoundReference(ReferencePlace Place, string Text, ImageReference Reference)
{
    /// <summary>True if the file has <see cref="Text"/> literally at the place, so that it can be replaced there.</summary>
    public bool IsVerbatim { get; init; } = true;

    /// <summary>The value as the file has it, with its variables.</summary>
    public string Written { get; init; } = Text;
}

/// <summary>A value that names an image only after a template is rendered or a variable is set.</summary>
/// <param name="Place">Where it is.</param>
/// <param name="Text">The value as it was written.</param>
/// <param name="Reason">The reason why it is not a reference, as the end of a sentence.</param>
internal sealed record SkippedReference(ReferencePlace Place, string Text, string Reason);

/// <summary>A place in a file that names an image.</summary>
/// <param name="Path">The file.</param>
/// <param name="Offset">The offset of the value, in characters.</param>
/// <param name="Line">The line, starting at 1.</param>
/// <param name="Column">The column, starting at 1, in UTF-16 code units.</param>
/// <param name="Kind">The kind of file.</param>
/// <param name="Why">The field or instruction that names the image.</param>
internal sealed record ReferencePlace(string Path, int Offset, int Line, int Column, string Kind, string Why)
{
    /// <summary>The place for messages.</summary>
    public override string ToString() => $"'{Path}', line {Line}, column {Column}";
}
