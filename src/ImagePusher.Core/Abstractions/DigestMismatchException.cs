namespace ImagePusher.Core;

/// <summary>Bytes that do not have the digest or size by which they were asked for.</summary>
/// <param name="subject">Where the bytes came from.</param>
/// <param name="expected">The digest (or size) that was promised.</param>
/// <param name="actual">The digest (or size) that was found.</param>
/// <param name="recommendedAction">What to do next.</param>
public sealed class DigestMismatchException(string subject, string expected, string actual, string? recommendedAction = null)
    : ImagePusherException(
        $"The content of {subject} does not match its digest: expected {expected}, found {actual}.",
        recommendedAction ?? "The content was damaged or changed on its way; fetch or save the image again.")
{
    /// <summary>The digest (or size) that was promised.</summary>
    public string Expected { get; } = expected;

    /// <summary>The digest (or size) that was found.</summary>
    public string Actual { get; } = actual;
}
