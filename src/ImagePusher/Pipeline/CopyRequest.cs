using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Pipeline;

/// <summary>One copy that a cmdlet requests.</summary>
internal sealed record CopyRequest
{
    /// <summary>The action, for the prompt of -Confirm: <c>Push image</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The activity, for the progress bar: <c>Pushing</c>.</summary>
    public required string Activity { get; init; }

    /// <summary>The name of the image at its source.</summary>
    public required string Label { get; init; }

    /// <summary>Finds the image.</summary>
    public required Func<CancellationToken, Task<ImageSelection>> Select { get; init; }

    /// <summary>The target.</summary>
    public required IImageTarget Target { get; init; }

    /// <summary>The full name of the image at the target.</summary>
    public required ImageReference Name { get; init; }

    /// <summary>The options of the copy, once the image is known.</summary>
    public required Func<ImageSelection, CopyOptions> OptionsFor { get; init; }

    /// <summary>The location of the target if the name does not include it: the path of a tar.</summary>
    public string? Place { get; init; }

    /// <summary>The copier.</summary>
    public required ImageCopier Copier { get; init; }

    /// <summary>
    /// Starts the request for the digest of the name at the target, before the image is found; does nothing where
    /// <see cref="CopyRunner.CanPrefetchHead"/> forbids it.
    /// </summary>
    public Action<CancellationToken> PrefetchHead { get; init; } = static _ => { };

    /// <summary>Releases what the copy uses, such as an open tar.</summary>
    public Action Release { get; init; } = static () => { };
}
