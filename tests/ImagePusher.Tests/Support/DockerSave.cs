using System.Text.Json;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Support;

/// <summary>A docker-save tar created by the tests, valid or with a defect.</summary>
internal sealed class DockerSave
{
    private readonly List<(string Name, byte[] Content)> _entries = [];
    private readonly List<object> _images = [];

    /// <summary>A tar of one image of these plain layers.</summary>
    public static DockerSave Of(string tag, params IReadOnlyList<byte[]> layers) => new DockerSave().Add([tag], layers);

    /// <summary>Adds an image.</summary>
    public DockerSave Add(IReadOnlyList<string> tags, params IReadOnlyList<byte[]> layers)
    {
        var config = JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture = "amd64",
            os = "linux",
            config = new { },
            rootfs = new { type = "layers", diff_ids = layers.Select(layer => Http.DigestOf(layer)) },
        });
        var names = layers.Select(layer => $"{Hex(layer)}/layer.tar").ToList();
        foreach (var (name, layer) in names.Zip(layers))
        {
            Put(name, layer);
        }

        Put($"{Hex(config)}.json", config);
        _images.Add(new { Config = $"{Hex(config)}.json", RepoTags = tags, Layers = names });
        return this;
    }

    /// <summary>Changes one byte of a layer, so that its bytes are not those of its diff ID.</summary>
    public DockerSave WithDamagedLayer(byte[] layer)
    {
        var place = _entries.FindIndex(entry => entry.Name == $"{Hex(layer)}/layer.tar");
        var damaged = layer.ToArray();
        damaged[^1] ^= 1;
        _entries[place] = (_entries[place].Name, damaged);
        return this;
    }

    /// <summary>Leaves a layer's file out.</summary>
    public DockerSave WithoutLayer(byte[] layer)
    {
        _entries.RemoveAll(entry => entry.Name == $"{Hex(layer)}/layer.tar");
        return this;
    }

    /// <summary>The tar's bytes, manifest.json last.</summary>
    public byte[] ToArray() =>
        LayerTar.Of([.. _entries, ("manifest.json", JsonSerializer.SerializeToUtf8Bytes(_images))]);

    private void Put(string name, byte[] content)
    {
        if (!_entries.Exists(entry => entry.Name == name))
        {
            _entries.Add((name, content));
        }
    }

    private static string Hex(byte[] content) => Http.DigestOf(content)["sha256:".Length..];
}
