using ImagePusher.Core.Transfer;

namespace ImagePusher.Pipeline;

/// <summary>An image that a cmdlet inspects.</summary>
/// <param name="Input">The unchanged input of the user: the target of errors.</param>
/// <param name="Reference">The name of the image.</param>
/// <param name="SelectAsync">Finds the image.</param>
/// <param name="Release">Called after the last use of the image; null if nothing is to be closed.</param>
internal sealed record ImageInput(
    string Input, string Reference, Func<CancellationToken, Task<ImageSelection>> SelectAsync, Action? Release = null);
