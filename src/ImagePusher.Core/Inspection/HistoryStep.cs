using System.Text.Json;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Inspection;

/// <summary>One step of an image's history.</summary>
/// <param name="Created">The time of the step; null if it is unknown.</param>
/// <param name="CreatedBy">The instruction.</param>
/// <param name="Author">The author.</param>
/// <param name="Comment">A comment.</param>
/// <param name="IsEmptyLayer">True if it changed no file, so that no layer belongs to it.</param>
/// <remarks>image-spec, config.md, "history".</remarks>
internal sealed record HistoryStep(DateTimeOffset? Created, string? CreatedBy, string? Author, string? Comment, bool IsEmptyLayer)
{
    public static HistoryStep Of(JsonElement step) => new(
        ImageDocument.Time(step, "created"), step.Text("created_by"), step.Text("author"), step.Text("comment"),
        step.Property("empty_layer") is { ValueKind: JsonValueKind.True });

    /// <summary>The steps, each with its layer.</summary>
    /// <param name="steps">The history.</param>
    /// <param name="layers">The layers of the manifest.</param>
    /// <remarks>
    /// If the history has another number of layers than the manifest, it is unknown which step made which, and no step has one.
    /// </remarks>
    public static IEnumerable<(HistoryStep Step, Descriptor? Layer)> WithLayers(
        IReadOnlyList<HistoryStep> steps, IReadOnlyList<Descriptor> layers)
    {
        var isConsistent = steps.Count(step => !step.IsEmptyLayer) == layers.Count;
        var next = 0;
        foreach (var step in steps)
        {
            yield return (step, isConsistent && !step.IsEmptyLayer ? layers[next++] : null);
        }
    }
}
