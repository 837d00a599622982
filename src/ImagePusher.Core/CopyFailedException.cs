using ImagePusher.Core.Transfer;

namespace ImagePusher.Core;

/// <summary>
/// Some of several images were not copied. <see cref="ImageTransfer.CopyAllAsync"/> throws it once it has copied all others.
/// </summary>
public sealed class CopyFailedException : ImagePusherException
{
    internal CopyFailedException(string source, IReadOnlyList<CopyResult> results, IReadOnlyList<Exception> failures)
        : base(
            failures.Count == 1
                ? failures[0].Message
                : $"{failures.Count} images of {source} were not copied, {results.Count} were. The first failure: {failures[0].Message}",
            failures.Count == 1 && failures[0] is ImagePusherException only
                ? only.RecommendedAction : "See each of the failures, and copy these images again.",
            failures[0]) => (Results, Failures) = (results, failures);

    /// <summary>The results of the copied images: one per name, in the source's order.</summary>
    public IReadOnlyList<CopyResult> Results { get; }

    /// <summary>
    /// The exceptions of the other images, at least one: an <see cref="ImagePusherException"/>, whose message names the image, or what an
    /// object of the caller threw, such as a credential provider. The first one is also the <see cref="Exception.InnerException"/>.
    /// </summary>
    public IReadOnlyList<Exception> Failures { get; }

    /// <summary>An error whose message contains the name of its image.</summary>
    internal static Exception Named(Exception error, string image)
    {
        if (error is ImagePusherException expected)
        {
            expected.NameImage(image);
        }

        return error;
    }
}
