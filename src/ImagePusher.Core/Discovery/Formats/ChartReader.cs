using ImagePusher.Core.Discovery.Yaml;

namespace ImagePusher.Core.Discovery.Formats;

/// <summary>
/// Reads the annotations of a Helm chart's Chart.yaml that list its images: <c>helm.sh/images</c> and
/// <c>artifacthub.io/images</c>, each a YAML list within a block of text.
/// </summary>
internal sealed class ChartReader(ReferenceCollector collector)
{
    private static readonly string[] Annotations = ["helm.sh/images", "artifacthub.io/images"];

    /// <summary>Reads Chart.yaml.</summary>
    public void Read(SourceNode chart)
    {
        foreach (var name in Annotations)
        {
            if (chart.At("annotations", name) is { } annotation)
            {
                Read(annotation, $"annotations['{name}']");
            }
        }
    }

    private void Read(SourceNode annotation, string path)
    {
        var source = collector.Source;
        if (!annotation.IsLiteral)
        {
            // The annotation is not intended for a YAML list, but the meaning is the same.
            ReadList(annotation, path);
            ReadText(annotation, path);
            return;
        }

        // Replace the line before the block with spaces: references in the inner document then have their position in the file.
        var line = source.PositionOf(annotation.Start).Line;
        var block = source.Text[source.LineStart(line)..annotation.End].ToCharArray();
        Blank(block.AsSpan(0, Math.Max(0, block.AsSpan().IndexOfAny('\r', '\n'))));
        var nodes = 0;
        foreach (var root in YamlDocuments.Read(collector, TemplateMask.Apply(new string(block)), line, ref nodes))
        {
            ReadList(root, path);
        }
    }

    // Programs write the block as one quoted text: the images are looked for in it.
    private void ReadText(SourceNode annotation, string path)
    {
        var (source, start, nodes) = (collector.Source, annotation.Start, 0);
        var inner = new ReferenceCollector(source);
        var images = YamlDocuments.Read(inner, TemplateMask.Apply(annotation.Value), 1, ref nodes)
            .SelectMany(root => root.Items).Select((item, i) => (Text: item.Text("image") ?? "", Why: $"{path}[{i}].image"));
        foreach (var (text, why) in images.Where(image => image.Text.Length > 0))
        {
            var found = source.Text.IndexOf(text, start, annotation.End - start, StringComparison.Ordinal);
            if (found >= 0)
            {
                collector.Add((found, true), text, ReferenceKinds.HelmChart, why);
                start = found + text.Length;
            }
        }

        if (inner.Errors.Count > 0)
        {
            collector.AddError(source.Invalid(annotation.Start, "its list of images is not valid YAML", inner.Errors[0]));
        }
    }

    private void ReadList(SourceNode list, string path)
    {
        for (var i = 0; i < list.Items.Count; i++)
        {
            collector.Add(list.Items[i]["image"], ReferenceKinds.HelmChart, $"{path}[{i}].image");
        }
    }

    private static void Blank(Span<char> text)
    {
        foreach (ref var character in text)
        {
            character = character is '\r' or '\n' ? character : ' ';
        }
    }
}
