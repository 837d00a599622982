namespace ImagePusher.Core.Yaml;

/// <summary>The errors of YAML files; each names the file, the line and the column.</summary>
internal static class YamlErrors
{
    /// <summary>The file has the wrong form.</summary>
    public static InvalidOptionException Invalid(
        string file, int line, int column, string reason, Exception? inner = null, string? recommendedAction = null) =>
        new($"{Place(file, line, column)}: {reason}.", recommendedAction ?? "Correct the file.", inner);

    /// <summary>A value has the wrong form.</summary>
    public static InvalidOptionException Invalid(string file, YamlNode node, string reason, string? recommendedAction = null) =>
        Invalid(file, node.Line, node.Column, reason, null, recommendedAction);

    /// <summary>A secret is written in the file.</summary>
    public static InvalidOptionException Secret(string file, YamlNode node, string what) =>
        new(
            $"{Place(file, node.Line, node.Column)}: {what} is written in the file.",
            "Remove the secret and sign in to the registry, or take it from an environment variable: '{{env \"NAME\"}}'.")
        {
            Topic = ErrorTopic.SecretInFile,
        };

    /// <summary>The file uses a feature that is not supported.</summary>
    public static UnsupportedContentException Unsupported(string file, YamlNode node, string reason, string recommendedAction) =>
        Unsupported(file, node.Line, node.Column, reason, recommendedAction);

    /// <summary>The file uses a feature that is not supported.</summary>
    public static UnsupportedContentException Unsupported(
        string file, int line, int column, string reason, string recommendedAction) =>
        new($"{Place(file, line, column)}: {reason}.", recommendedAction);

    /// <summary>The file exceeds a limit.</summary>
    public static LimitExceededException Limit(string file, string reason) =>
        new($"{file} cannot be read: {reason}.", "Split the file.");

    private static string Place(string file, int line, int column) =>
        FormattableString.Invariant($"{file}, line {line}, column {column}");
}
