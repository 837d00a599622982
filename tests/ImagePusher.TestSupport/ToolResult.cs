namespace ImagePusher.TestSupport;

/// <summary>The result of a tool.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
public sealed record ToolResult(int ExitCode, string Output, string Error);
