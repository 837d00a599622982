namespace ImagePusher.Core;

/// <summary>A tag or digest that the registry does not have.</summary>
/// <param name="message">What failed, and on what.</param>
/// <param name="recommendedAction">What to do next.</param>
/// <param name="inner">The cause, if another exception was one.</param>
public sealed class ManifestNotFoundException(string message, string recommendedAction, Exception? inner = null)
    : ImagePusherException(message, recommendedAction, inner);
