using ImagePusher.Core.Inspection;
using ImagePusher.Core.Oci;

namespace ImagePusher.Output;

/// <summary>One step that made an image.</summary>
public sealed class ImageHistoryEntry
{
    /// <summary>The time of the step; null if the configuration does not contain it.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The instruction.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>The author.</summary>
    public string? Author { get; init; }

    /// <summary>A comment.</summary>
    public string? Comment { get; init; }

    /// <summary>True if the step changed no file, so that it has no layer.</summary>
    public bool IsEmptyLayer { get; init; }

    /// <summary>
    /// The digest of the layer; null if the step has none, or if the history has another number of layers than the manifest.
    /// </summary>
    public string? LayerDigest { get; init; }

    /// <summary>The stored size of the layer, in bytes; null without a layer.</summary>
    public long? LayerSize { get; init; }

    /// <summary>The instruction.</summary>
    public override string ToString() => CreatedBy ?? "";

    internal static ImageHistoryEntry Of(HistoryStep step, Descriptor? layer) => new()
    {
        Created = step.Created,
        CreatedBy = OutputText.Of(step.CreatedBy),
        Author = OutputText.Of(step.Author),
        Comment = OutputText.Of(step.Comment),
        IsEmptyLayer = step.IsEmptyLayer,
        LayerDigest = layer?.Digest.ToString(),
        LayerSize = layer?.Size,
    };
}
