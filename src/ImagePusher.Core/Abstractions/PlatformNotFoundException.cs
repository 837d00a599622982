namespace ImagePusher.Core;

/// <summary>An index that has no image for the wanted platform.</summary>
/// <param name="message">What failed, and on what.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if another exception was one.</param>
public sealed class PlatformNotFoundException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);
