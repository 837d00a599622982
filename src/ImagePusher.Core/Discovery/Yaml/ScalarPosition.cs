namespace ImagePusher.Core.Discovery.Yaml;

/// <summary>Finds the characters of a scalar's value: after its tag, anchor and quote, or on a line of a block.</summary>
internal static class ScalarPosition
{
    // With its tag, anchor and white space; a longer one cannot be a reference, and is not searched.
    private const int MaximumWritten = 16 * DiscoveryLimits.ExpandedLength;

    /// <summary>The position of a value, and whether the text contains it literally.</summary>
    /// <param name="text">The text of the file.</param>
    /// <param name="node">The scalar.</param>
    /// <param name="value">Its value without surrounding white space.</param>
    public static (int Offset, bool IsVerbatim) Of(string text, SourceNode node, string value)
    {
        var written = text.AsSpan(node.Start, node.End - node.Start);
        var found = written.Length <= MaximumWritten ? written.LastIndexOf(value) : -1;
        var quote = written is ['"' or '\'', ..] ? 1 : 0;
        return found >= 0 && IsAlone(written, found, value.Length) ? (node.Start + found, true) : (node.Start + quote, false);
    }

    // The characters around a value within its scalar are white space, a quote, a tag, an anchor or a block indicator.
    private static bool IsAlone(ReadOnlySpan<char> written, int start, int length) =>
        (start == 0 || char.IsWhiteSpace(written[start - 1]) || written[start - 1] is '\'' or '"')
        && (start + length == written.Length || char.IsWhiteSpace(written[start + length]) || written[start + length] is '\'' or '"');
}
