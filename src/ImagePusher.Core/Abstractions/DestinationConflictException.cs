namespace ImagePusher.Core;

/// <summary>Two different images sent to one name in one pipeline.</summary>
/// <param name="message">What failed, and on what.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if another exception was one.</param>
public sealed class DestinationConflictException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);
