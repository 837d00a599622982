namespace ImagePusher.Core;

/// <summary>A file or folder that is no image archive, or a damaged one.</summary>
/// <param name="message">What failed, and on what.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if another exception was one.</param>
public sealed class InvalidImageArchiveException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);
