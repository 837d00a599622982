namespace ImagePusher.Core.Discovery;

/// <summary>Reads variables from a file such as <c>.env</c>: <c>NAME=value</c> lines, quotes, comments and <c>export</c>.</summary>
/// <remarks>compose-spec, "env_file format". Variables within values are not expanded.</remarks>
internal static class EnvironmentFile
{
    private const string Export = "export ";

    /// <summary>The variables of a file.</summary>
    /// <exception cref="InvalidFileException">A line is neither a variable nor a comment.</exception>
    /// <exception cref="ImagePusherException">The file can't be read.</exception>
    public static IReadOnlyDictionary<string, string> Read(string path)
    {
        var source = SourceText.Read(path);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var number = 1; number <= source.LineCount; number++)
        {
            var line = source.Line(number).Trim().ToString();
            line = line.StartsWith(Export, StringComparison.Ordinal) ? line[Export.Length..].TrimStart() : line;
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw source.Invalid(number, 1, "the line is not a variable, NAME=value");
            }

            values[line[..equals].TrimEnd()] = Unquote(line[(equals + 1)..].Trim());
        }

        return values;
    }

    private static string Unquote(string value)
    {
        if (value.Length > 0 && value[0] is '"' or '\'' && value.IndexOf(value[0], 1) is > 0 and var end)
        {
            return value[1..end];
        }

        var comment = value.IndexOf(" #", StringComparison.Ordinal);
        return comment < 0 ? value : value[..comment].TrimEnd();
    }
}
