using System.Globalization;
using System.Text;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;

namespace ImagePusher.Pipeline;

/// <summary>Describes in words what a copy did or would do.</summary>
internal static class CopySummary
{
    public static string Of(CopyRequest copy, CopyResult result) => TerminalText.Escape(string.Create(
        CultureInfo.InvariantCulture,
        $"{copy.Label} -> {copy.Place ?? result.Name.ToString()}: {result.Manifest.Digest}, {Layers(result)}, " +
        $"{SizeText.Of(result.BytesSent)} in {result.Duration.TotalSeconds:0.0} s"));

    public static string Of(CopyRequest copy, CopyPlan plan)
    {
        var text = new StringBuilder();
        var relation = copy.Place is null ? "as" : "to";
        text.Append(CultureInfo.InvariantCulture, $"{copy.Action} {Printable(copy.Label)} {relation} {copy.Place ?? plan.Name.ToString()}");
        if (plan is { IsPublished: true, Referrers: [] })
        {
            return text.Append(CultureInfo.InvariantCulture, $": nothing to do, it already exists ({plan.Manifest!.Digest}).").ToString();
        }

        text.Append(CultureInfo.InvariantCulture, $": {SizeText.Of(plan.BytesToSend)} to send");
        if (plan.BytesToEncode > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $" and {SizeText.Of(plan.BytesToEncode)} to {Change(plan)} and send");
        }

        var digest = plan.Manifest?.Digest.ToString() ?? $"not known before the layers are {Change(plan)}ed";
        text.Append(CultureInfo.InvariantCulture, $"; manifest {digest}");
        foreach (var blob in plan.Blobs)
        {
            text.AppendLine().Append("  ").Append(Printable(blob.ToString()));
        }

        foreach (var referrer in plan.Referrers)
        {
            var type = Printable(referrer.ArtifactType ?? referrer.MediaType);
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"  copy    referrer {referrer.Digest} ({type})");
        }

        return text.ToString();
    }

    private static string Printable(string text) => TerminalText.Escape(text);

    private static string Change(CopyPlan plan) =>
        plan.Blobs.Any(blob => blob.Action == PlannedAction.Decode) ? "decompress" : "compress";

    private static string Layers(CopyResult result) => result.Layers is null
        ? "already exists"
        : $"{result.Layers} layers ({result.Uploaded} sent, {result.Mounted} mounted, {result.Existing} existing)";
}
