namespace ImagePusher.Core;

/// <summary>A reference that the cache does not hold.</summary>
/// <param name="message">What failed, and on what.</param>
/// <param name="cure">What to do next.</param>
/// <param name="inner">The cause, if another exception was one.</param>
public sealed class ImageNotCachedException(string message, string cure, Exception? inner = null)
    : ImagePusherException(message, cure, inner);
