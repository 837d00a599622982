using System.Globalization;
using System.Text;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;

namespace ImagePusher.Pipeline;

/// <summary>Says in words what a copy did or would do.</summary>
internal static class CopySummary
{
    public static string Of(CopyRequest copy, CopyResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"{copy.Label} -> {copy.Place ?? result.Name.ToString()}: {result.Manifest.Digest}, {Layers(result)}, {SizeText.Of(result.BytesSent)} in {result.Duration.TotalSeconds:0.0} s");

    public static string Of(CopyRequest copy, CopyPlan plan)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{copy.Action} {copy.Label} {(copy.Place is null ? "as" : "to")} {copy.Place ?? plan.Name.ToString()}");
        if (plan is { IsPublished: true, Referrers: [] })
        {
            return text.Append(CultureInfo.InvariantCulture, $": nothing to do, it is there already ({plan.Root!.Digest}).").ToString();
        }

        text.Append(CultureInfo.InvariantCulture, $": {SizeText.Of(plan.BytesToSend)} to send");
        if (plan.BytesToEncode > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $" and {SizeText.Of(plan.BytesToEncode)} to {Change(plan)} and send");
        }

        text.Append(CultureInfo.InvariantCulture, $"; manifest {plan.Root?.Digest.ToString() ?? $"not known before the layers are {Change(plan)}ed"}");
        foreach (var blob in plan.Blobs)
        {
            text.AppendLine().Append("  ").Append(blob);
        }

        foreach (var referrer in plan.Referrers)
        {
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"  copy    {referrer.Digest}, which refers to it ({referrer.ArtifactType ?? referrer.MediaType})");
        }

        return text.ToString();
    }

    private static string Change(CopyPlan plan) => plan.Blobs.Any(blob => blob.Action == PlannedAction.Decode) ? "decompress" : "compress";

    private static string Layers(CopyResult result) => result.Layers is null
        ? "there already"
        : $"{result.Layers} layers ({result.Uploaded} sent, {result.Mounted} mounted, {result.Existing} there)";
}
