namespace ImagePusher.Core;

/// <summary>A name, tag, digest or destination that breaks the grammar of image references.</summary>
/// <param name="message">What failed, and on what.</param>
/// <param name="cure">What to do next.</param>
/// <param name="inner">The cause, if another exception was one.</param>
public sealed class InvalidReferenceException(string message, string cure, Exception? inner = null)
    : ImagePusherException(message, cure, inner);
