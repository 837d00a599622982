using ImagePusher.Core.Transfer;

namespace ImagePusher.Output;

/// <summary>An image that a container engine has loaded.</summary>
public sealed class EngineImage
{
    /// <summary>The name of the image in the engine.</summary>
    public required string Reference { get; init; }

    /// <summary>The image at its source.</summary>
    public required string Source { get; init; }

    /// <summary>The address of the engine.</summary>
    public required string EngineHost { get; init; }

    /// <summary>The digest of the manifest that was sent.</summary>
    public required string Digest { get; init; }

    /// <summary>The messages of the engine.</summary>
    public required string Message { get; init; }

    /// <summary>The number of bytes of config and layers that were sent.</summary>
    public long BytesSent { get; init; }

    /// <summary>The duration.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The name of the image in the engine.</summary>
    public override string ToString() => Reference;

    internal static EngineImage Of(string source, string engine, CopyResult result, IEnumerable<string> messages) => new()
    {
        Reference = result.Name.ToString(),
        Source = OutputText.Of(source),
        EngineHost = OutputText.Of(engine),
        Digest = result.Manifest.Digest.ToString(),
        Message = OutputText.Of(string.Join(' ', messages)),
        BytesSent = result.BytesSent,
        Duration = result.Duration,
    };
}
