namespace ImagePusher.Core;

/// <summary>A reference that the cache does not hold.</summary>
/// <param name="message">What failed, and on what.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if another exception was one.</param>
public sealed class ImageNotCachedException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);
