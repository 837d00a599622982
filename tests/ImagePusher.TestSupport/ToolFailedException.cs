using System.Diagnostics;

namespace ImagePusher.TestSupport;

/// <summary>The exception for a failed external tool; the message contains its command line and its standard error.</summary>
public sealed class ToolFailedException(ProcessStartInfo start, string what, string error)
    : Exception($"{Path.GetFileName(start.FileName)} {string.Join(' ', start.ArgumentList)} {what}: {error.Trim()}")
{
    /// <summary>The standard error of the tool.</summary>
    public string Error { get; } = error;
}
