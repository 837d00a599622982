using System.Text.Json;

namespace ImagePusher.TestSupport.FakeRegistries;

/// <content>What it contains, without requests.</content>
public sealed partial class FakeRegistry
{
    /// <summary>The tags of all repositories with their digests: <c>team/app:1.0</c>.</summary>
    public IReadOnlyDictionary<string, string> Tags => _manifests
        .Where(entry => !IsDigest(entry.Key.Reference))
        .ToDictionary(entry => $"{entry.Key.Repository}:{entry.Key.Reference}", entry => entry.Value.Digest, StringComparer.Ordinal);

    /// <summary>Puts an image into a repository.</summary>
    public void Add(string repository, TestImage image, string? tag = null)
    {
        foreach (var blob in image.Layers.Append(image.Config))
        {
            AddBlob(repository, blob);
        }

        Add(repository, image.Manifest, tag);
    }

    /// <summary>Puts an artifact into a repository.</summary>
    public void Add(string repository, TestArtifact artifact, string? tag = null)
    {
        AddBlob(repository, TestArtifact.Config);
        AddBlob(repository, artifact.Content);
        Add(repository, artifact.Manifest, tag);
    }

    /// <summary>Puts a complete manifest or index into a repository.</summary>
    public void Add(string repository, byte[] manifest, string? tag = null)
    {
        using var document = JsonDocument.Parse(manifest);
        var entry = (Http.DigestOf(manifest), document.RootElement.GetProperty("mediaType").GetString()!, manifest);
        _repositories[repository] = true;
        _manifests[(repository, Http.DigestOf(manifest))] = entry;
        if (tag is not null)
        {
            _manifests[(repository, tag)] = entry;
        }
    }

    /// <summary>Removes a tag and keeps its manifest.</summary>
    public void Untag(string repository, string tag) => _manifests.TryRemove((repository, tag), out _);

    /// <summary>Removes a manifest with its tags.</summary>
    public void Lose(string repository, string digest) => Delete(repository, digest, digest);

    /// <summary>The missing parts of an image: its manifest, manifests of its index, blobs. Empty if the image can be pulled.</summary>
    public IEnumerable<string> MissingOf(string repository, string tagOrDigest)
    {
        if (!_manifests.TryGetValue((repository, tagOrDigest), out var manifest))
        {
            return [tagOrDigest];
        }

        var byDigest = _manifests.ContainsKey((repository, manifest.Digest)) ? [] : new[] { manifest.Digest };
        return byDigest.Concat(PartsOf(manifest.Content).SelectMany(part =>
            _blobs.ContainsKey((repository, part)) ? [] : MissingOf(repository, part)));
    }

    /// <summary>The digests of a manifest and of those in it.</summary>
    public IEnumerable<string> ManifestsOf(string repository, string tagOrDigest) =>
        _manifests.TryGetValue((repository, tagOrDigest), out var manifest)
            ? PartsOf(manifest.Content).SelectMany(part => ManifestsOf(repository, part)).Prepend(manifest.Digest)
            : [];

    private void AddBlob(string repository, byte[] content)
    {
        var digest = Http.DigestOf(content);
        File.WriteAllBytes(FileOf(digest), content);
        _blobs[(repository, digest)] = true;
    }
}
