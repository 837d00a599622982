namespace ImagePusher.Core.Inspection;

/// <summary>The kinds of parts of a comparison.</summary>
internal enum DifferenceKind
{
    /// <summary>The manifest.</summary>
    Manifest,

    /// <summary>The config blob, or a field of it.</summary>
    Config,

    /// <summary>A layer.</summary>
    Layer,

    /// <summary>A file of the merged file trees.</summary>
    File,
}

/// <summary>A part of one or both of two images.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name: a field, a digest, a path.</param>
/// <param name="Value">Its value.</param>
/// <param name="Side">-1 if only the reference has it, 1 if only the difference has it, 0 if both have it.</param>
internal sealed record ImageDifference(DifferenceKind Kind, string Name, string Value, int Side)
{
    /// <summary>The size in bytes; null for a field.</summary>
    public long? Size { get; init; }

    /// <summary>The bytes that a registry with the reference needs to get the difference.</summary>
    public long TransferSize { get; init; }
}
