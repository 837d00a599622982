using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Fleet;

/// <summary>A docker-registry with one repository of many tags.</summary>
internal static class TaggedRegistry
{
    public static IReadOnlyList<string> Tags { get; } =
    [
        "1.2", "1.20.0", "1.21.3", "1.9", "2.0.0-rc1", "2.0", "latest", "v1.22", "1.27-alpine",
    ];

    /// <summary>Starts one.</summary>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <param name="more">More tags.</param>
    public static async Task<DockerRegistry> StartAsync(CancellationToken cancellationToken, params string[] more)
    {
        var registry = await DockerRegistry.StartAsync(cancellationToken);
        using var client = Http.NewClient();
        foreach (var tag in Tags.Concat(more))
        {
            await client.PushImageAsync(registry.Url, "team/app", tag, [Http.RandomBytes(100)], cancellationToken);
        }

        return registry;
    }
}
