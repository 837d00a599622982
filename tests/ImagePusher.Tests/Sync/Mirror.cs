using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Sync;

/// <summary>A source and a target with images of their own: a docker-registry, which deletes by digest only, or a local registry.</summary>
internal sealed class Mirror : IAsyncDisposable
{
    private readonly SmallImages _images = new();
    private readonly DockerRegistry? _target;
    private readonly string[] _more;

    private Mirror(MirroredSource source, DockerRegistry? target, string[] more) => (Source, _target, _more) = (source, target, more);

    public MirroredSource Source { get; }

    /// <summary>The target; known when an engine has started it.</summary>
    public string Target { get; private set; } = "";

    public static async Task<Mirror> StartAsync(string[] source, string[] more, bool deletesTags, CancellationToken cancellationToken) =>
        new(
        await MirroredSource.StartAsync(cancellationToken, source),
        deletesTags ? null : await DockerRegistry.StartAsync(cancellationToken),
        more);

    /// <summary>An engine with the variables file and to, and other, a tar.</summary>
    public Engine Engine(string file)
    {
        var engine = new Engine { ["file"] = Source.File(file), ["other"] = _images.Write("other"), ["more"] = _more };
        engine["to"] = _target?.Address;
        engine.RunAsync("if (-not $to) { $to = (Start-LocalRegistry -Port 0).Registry }", CancellationToken.None).GetAwaiter().GetResult();
        var position = 0;
        foreach (var image in _more)
        {
            engine["tar"] = _images.Write($"more{position++}");
            var outcome = engine.RunAsync($"Push-ImageTar $tar -Destination \"$to/{image}\"", CancellationToken.None).GetAwaiter()
                .GetResult();
            outcome.WithoutErrors();
        }

        Target = (string)engine["to"]!;
        return engine;
    }

    /// <summary>The tags of a repository of the target.</summary>
    public async Task<IReadOnlyList<string>> TagsAsync(string repository) =>
        [.. (await MirroredSource.ImagesOfAsync(Target, CancellationToken.None))
            .Where(image => image.StartsWith(repository + ":", StringComparison.Ordinal))
            .Select(image => image.Split(' ')[0].Split(':')[1])];

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        if (_target is not null)
        {
            await _target.DisposeAsync();
        }

        _images.Dispose();
    }
}
