using System.Collections;
using ImagePusher.Core.Inspection;

namespace ImagePusher.Output;

/// <summary>The configuration of an image: the run settings and the build history.</summary>
public sealed class ImageConfigInfo
{
    /// <summary>The full name.</summary>
    public required string Reference { get; init; }

    /// <summary>The platform, <c>os/architecture[/variant]</c>.</summary>
    public required string Platform { get; init; }

    /// <summary>The digest of the manifest; null in a docker archive, which has none.</summary>
    public string? Digest { get; init; }

    /// <summary>The digest of the configuration, docker's image ID.</summary>
    public required string ConfigDigest { get; init; }

    /// <summary>The time at which the image was created; null if the configuration has none.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The author; null if the configuration has none.</summary>
    public string? Author { get; init; }

    /// <summary>The user, or user and group, that the image runs as; null for root.</summary>
    public string? User { get; init; }

    /// <summary>The folder in which the command starts; null for the root.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The program and its first arguments.</summary>
    public required TextList<string> Entrypoint { get; init; }

    /// <summary>The default arguments, or the program if there is no entry point.</summary>
    public required TextList<string> Command { get; init; }

    /// <summary>The environment variables by name, in the image's order.</summary>
    public required IDictionary Environment { get; init; }

    /// <summary>The labels by name, in the image's order.</summary>
    public required IDictionary Labels { get; init; }

    /// <summary>The ports, such as <c>80/tcp</c>.</summary>
    public required TextList<string> ExposedPorts { get; init; }

    /// <summary>The folders that are volumes.</summary>
    public required TextList<string> Volumes { get; init; }

    /// <summary>The signal that stops a container; null for SIGTERM.</summary>
    public string? StopSignal { get; init; }

    /// <summary>The health check; null without one.</summary>
    public ImageHealthCheck? HealthCheck { get; init; }

    /// <summary>The build steps of the image, first one first.</summary>
    public required TextList<ImageHistoryEntry> History { get; init; }

    /// <summary>The stored size of the configuration and the layers, in bytes; each is counted once.</summary>
    public long Size { get; init; }

    /// <summary>The full name.</summary>
    public override string ToString() => Reference;

    internal static ImageConfigInfo Of(string reference, InspectedImage image, ImageDocument config) => new()
    {
        Reference = OutputText.Of(reference),
        Platform = OutputText.Of(config.Basics.Platform.ToString()),
        Digest = image.Source.IsRewritable(image.Manifest.Descriptor) ? null : image.Manifest.Digest.ToString(),
        ConfigDigest = image.Manifest.Config.Digest.ToString(),
        Created = config.Basics.Created,
        Author = OutputText.Of(config.Author),
        User = OutputText.Of(config.User),
        WorkingDirectory = OutputText.Of(config.WorkingDirectory),
        Entrypoint = OutputText.List(config.Entrypoint),
        Command = OutputText.List(config.Command),
        Environment = TextTable.Of(config.Environment),
        Labels = TextTable.Of(config.Labels),
        ExposedPorts = OutputText.List(config.ExposedPorts),
        Volumes = OutputText.List(config.Volumes),
        StopSignal = OutputText.Of(config.StopSignal),
        HealthCheck = config.HealthCheck is null ? null : ImageHealthCheck.Of(config.HealthCheck),
        History = new([.. HistoryStep.WithLayers(config.History, image.Manifest.Layers).Select(
            pair => ImageHistoryEntry.Of(pair.Step, pair.Layer))]),
        Size = image.Size,
    };
}
