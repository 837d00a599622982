using ImagePusher.Core.Discovery.Yaml;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Discovery;

/// <summary>Collects the content of a file: references, values that are not references yet, and errors. Each place counts once.</summary>
/// <param name="source">The file.</param>
internal sealed class ReferenceCollector(SourceText source)
{
    private readonly HashSet<int> _offsets = [];

    /// <summary>The file.</summary>
    public SourceText Source => source;

    /// <summary>The references, in the order of the file once <see cref="ReferenceScan"/> has sorted them.</summary>
    public List<FoundReference> Found { get; } = [];

    /// <summary>The values that are not references yet.</summary>
    public List<SkippedReference> Skipped { get; } = [];

    /// <summary>The errors of the file.</summary>
    public List<ImagePusherException> Errors { get; } = [];

    /// <summary>Adds the value of a YAML scalar; nothing happens if it is empty or not a scalar.</summary>
    public void Add(SourceNode? node, string kind, string why, VariableValues? variables = null)
    {
        if (node is { IsScalar: true } && TextOf(node) is { Length: > 0 } value)
        {
            Add(ScalarPosition.Of(source.Text, node, value), value, kind, why, variables);
        }
    }

    /// <summary>Adds the part of a YAML scalar after a prefix such as <c>docker://</c>; nothing happens without the prefix.</summary>
    public void AddAfter(string prefix, SourceNode? node, string kind, string why, VariableValues? variables = null)
    {
        if (node is { IsScalar: true } && TextOf(node) is var value && value.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        {
            var (offset, isVerbatim) = ScalarPosition.Of(source.Text, node, value);
            Add((isVerbatim ? offset + prefix.Length : offset, isVerbatim), value[prefix.Length..], kind, why, variables);
        }
    }

    /// <summary>Adds a value.</summary>
    /// <param name="position">Its position in characters, and whether the file contains it literally.</param>
    /// <param name="value">The value, not empty.</param>
    /// <param name="kind">The kind of file.</param>
    /// <param name="why">The field or instruction.</param>
    /// <param name="variables">The variables that the format expands; null if it has none, and a <c>$</c> is then omitted.</param>
    public void Add((int Offset, bool IsVerbatim) position, string value, string kind, string why, VariableValues? variables = null)
    {
        if (!_offsets.Add(position.Offset))
        {
            return;
        }

        Limit(_offsets.Count <= DiscoveryLimits.References, $"{DiscoveryLimits.References} references");

        var (line, column) = source.PositionOf(position.Offset);
        var place = new ReferencePlace(source.Path, position.Offset, line, column, kind, why);
        if (TemplateMask.IsIn(value))
        {
            Skipped.Add(new SkippedReference(place, Written(position.Offset, value), "it is a template that is not rendered"));
            return;
        }

        var expansion = variables?.Expand(value) ?? Expansion.Without(value);
        if (expansion.Problem is { } problem)
        {
            Skipped.Add(new SkippedReference(place, value, problem));
        }
        else if (expansion.Text.Length == 0)
        {
            Skipped.Add(new SkippedReference(place, value, "its variables have no value"));
        }
        else
        {
            Add(place, expansion.Text, position.IsVerbatim && !expansion.HasVariables, value);
        }
    }

    /// <summary>Adds an invalid entry.</summary>
    /// <exception cref="LimitExceededException">So much is not valid that the file is of another kind.</exception>
    public void AddError(ImagePusherException error)
    {
        Errors.Add(error);
        Limit(Errors.Count < DiscoveryLimits.Errors, $"{DiscoveryLimits.Errors} errors");
    }

    private static string TextOf(SourceNode node) =>
        (node.Value.Length <= DiscoveryLimits.ExpandedLength ? node.Value : node.Value[..DiscoveryLimits.ExpandedLength]).Trim();

    private void Limit(bool isAllowed, string what)
    {
        if (!isAllowed)
        {
            throw new LimitExceededException($"'{source.Path}' has {what} or more; the rest of it is not searched.", "Check its kind.");
        }
    }

    // A masked template has the length of what it represents.
    private string Written(int offset, string value) =>
        source.Text.Substring(offset, Math.Min(value.Length, source.Text.Length - offset));

    private void Add(ReferencePlace place, string text, bool isVerbatim, string written)
    {
        try
        {
            Found.Add(new FoundReference(place, text, ImageReference.Parse(text)) { IsVerbatim = isVerbatim, Written = written });
        }
        catch (InvalidReferenceException error)
        {
            AddError(new InvalidReferenceException(
                $"{error.Message.TrimEnd('.')} ({TerminalText.Quote(place.ToString())}).", error.RecommendedAction, error));
        }
    }
}
