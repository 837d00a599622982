using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Pipeline;

/// <summary>One copy that a cmdlet asks for.</summary>
internal sealed record CopyRequest
{
    /// <summary>What is done, for the question that -Confirm asks: <c>Push image</c>.</summary>
    public required string Action { get; init; }

    /// <summary>What is going on, for the progress bar: <c>Pushing</c>.</summary>
    public required string Activity { get; init; }

    /// <summary>The image's name where it comes from.</summary>
    public required string Label { get; init; }

    /// <summary>Finds the image.</summary>
    public required Func<CancellationToken, Task<ImageSelection>> Select { get; init; }

    /// <summary>Where it goes.</summary>
    public required IImageTarget Target { get; init; }

    /// <summary>The full name that it gets there.</summary>
    public required ImageReference Name { get; init; }

    /// <summary>How it is copied, once it is known what it is.</summary>
    public required Func<ImageSelection, CopyOptions> OptionsFor { get; init; }

    /// <summary>Where it goes, if its name there does not say so: the path of a tar.</summary>
    public string? Place { get; init; }

    /// <summary>Copies it.</summary>
    public required ImageCopier Copier { get; init; }

    /// <summary>Lets go of what the copy held, such as an open tar.</summary>
    public Action Release { get; init; } = static () => { };
}
