namespace ImagePusher.Core;

/// <summary>
/// A failure that this project foresees: the message says what failed and on what, <see cref="RecommendedAction"/> what to do next.
/// </summary>
/// <remarks>These types live in the root namespace so that <c>catch [ImagePusher.Core.…Exception]</c> stays short.</remarks>
public abstract class ImagePusherException : Exception
{
    private protected ImagePusherException(string message, string recommendedAction, Exception? inner = null)
        : base(message, inner) => RecommendedAction = recommendedAction;

    /// <summary>What the user can do about it, as one or two sentences.</summary>
    public string RecommendedAction { get; }
}
