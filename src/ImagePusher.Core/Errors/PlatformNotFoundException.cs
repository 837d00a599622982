namespace ImagePusher.Core;

/// <summary>An index that has no image for the wanted platform.</summary>
/// <param name="message">What failed, and on what.</param>
/// <param name="cure">What to do next.</param>
/// <param name="inner">The cause, if another exception was one.</param>
public sealed class PlatformNotFoundException(string message, string cure, Exception? inner = null)
    : ImagePusherException(message, cure, inner);
