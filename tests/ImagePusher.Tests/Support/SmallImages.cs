using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Support;

/// <summary>Small docker-save tars in a folder of their own, for tests that look at the pipeline and not at the content.</summary>
internal sealed class SmallImages : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The full path of something in the folder.</summary>
    public string this[string name] => _folder[name];

    /// <summary>Writes <c>NAME.tar</c>, an image example.com/NAME:1 of one small layer, and returns its path.</summary>
    /// <param name="name">Its repository.</param>
    /// <param name="size">The bytes of its layer's one file, which does not compress.</param>
    public string Write(string name, int size = 10_000) =>
        _folder.Write($"{name}.tar", DockerSave.Of($"example.com/{name}:1", LayerOf(name, size)).ToArray());

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string name, byte[] content) => _folder.Write(name, content);

    /// <summary>The layer of the image that <see cref="Write(string, int)"/> writes.</summary>
    public static byte[] LayerOf(string name, int size = 10_000) =>
        LayerTar.Of(($"opt/{name}", Http.RandomBytes(size, name.Sum(letter => letter))));

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}
