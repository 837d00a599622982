using System.Collections.Concurrent;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Transfer;

/// <summary>An in-memory source and target that requires content before the manifests that reference it, and counts reads.</summary>
internal sealed class MemoryStore(string name) : IReferrerSource, IImageTarget
{
    public ConcurrentDictionary<Digest, byte[]> Blobs { get; } = new();

    public ConcurrentDictionary<Digest, Manifest> Manifests { get; } = new();

    public ConcurrentDictionary<string, Digest> Names { get; } = new();

    public ConcurrentQueue<string> Events { get; } = new();

    public HashSet<Digest> Mountable { get; } = [];

    public HashSet<Digest> Rewritable { get; } = [];

    public Func<Stream, Stream> WrapRead { get; set; } = stream => stream;

    public Func<BlobSource, Task> BeforeWrite { get; set; } = _ => Task.CompletedTask;

    public ConcurrentDictionary<Digest, IReadOnlyList<TaggedReferrer>> Tagged { get; } = new();

    private readonly ConcurrentDictionary<(Digest Digest, bool IsManifest), int> _hidden = new();

    public int ManifestsRead { get; private set; }

    /// <summary>Reports content as missing for a specified number of requests, then as existing.</summary>
    public void Hide(Digest digest, int times) => _hidden[(digest, false)] = times;

    /// <summary>The same for reading a manifest.</summary>
    public void HideManifest(Digest digest, int times) => _hidden[(digest, true)] = times;

    public string Description { get; } = name;

    public string Store { get; set; } = name;

    public int ParallelBlobs { get; set; } = 4;

    public Descriptor Add(byte[] content, string mediaType)
    {
        var descriptor = new Descriptor(mediaType, Digest.Of(content), content.Length);
        Blobs[descriptor.Digest] = content;
        return descriptor;
    }

    public T Add<T>(T manifest)
        where T : Manifest
    {
        Manifests[manifest.Digest] = manifest;
        return manifest;
    }

    public Task<Manifest> ResolveAsync(string nameOrDigest, CancellationToken cancellationToken) =>
        Task.FromResult(Manifests[Digest.Parse(nameOrDigest)]);

    public Task<Manifest> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ManifestsRead++;
        return !IsHidden(descriptor.Digest, true) && Manifests.TryGetValue(descriptor.Digest, out var manifest)
            ? Task.FromResult(manifest)
            : throw new ManifestNotFoundException($"{Description} has no manifest {descriptor.Digest}.", "Put it there.");
    }

    public Task<IReadOnlyList<Descriptor>> GetReferrersAsync(Digest digest, string? artifactType, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Descriptor>>(
            [.. Manifests.Values.Where(manifest => manifest.Subject?.Digest == digest)
                .Select(manifest => manifest.Descriptor with { ArtifactType = manifest.ArtifactType })]);

    public Task<IReadOnlyList<TaggedReferrer>> GetTaggedReferrersAsync(Digest digest, CancellationToken cancellationToken) =>
        Task.FromResult(Tagged.GetValueOrDefault(digest) ?? []);

    public Task<bool> ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        Task.FromResult(
            !IsHidden(descriptor.Digest, false) && (Blobs.ContainsKey(descriptor.Digest) || Manifests.ContainsKey(descriptor.Digest)));

    public bool IsRewritable(Descriptor manifest) => Rewritable.Contains(manifest.Digest);

    public Task<Stream> OpenBlobAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken)
    {
        Events.Enqueue($"read {descriptor.Digest}");
        return Blobs.TryGetValue(descriptor.Digest, out var content)
            ? Task.FromResult(WrapRead(new MemoryStream(content, (int)offset, content.Length - (int)offset)))
            : throw new InvalidImageArchiveException($"{Description} has no blob {descriptor.Digest}.", "Save it again.");
    }

    public Task<bool> HasBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        Events.Enqueue($"has {descriptor.Digest}");
        return Task.FromResult(Blobs.ContainsKey(descriptor.Digest));
    }

    public Task<Digest?> FindPublishedAsync(ImageReference name, CancellationToken cancellationToken) =>
        Task.FromResult(Names.GetValueOrDefault(name.ToString()));

    public Task<bool> TryMountAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        Task.FromResult(Mountable.Contains(descriptor.Digest) && Blobs.TryAdd(descriptor.Digest, []));

    public string? MountCandidate(Descriptor descriptor) => Mountable.Contains(descriptor.Digest) ? "other" : null;

    public async Task<BlobIdentity> WriteBlobAsync(BlobSource blob, CancellationToken cancellationToken)
    {
        await BeforeWrite(blob);
        var content = new MemoryStream();
        var identity = await blob.WriteToAsync(content, 0, cancellationToken);
        Blobs[identity.Digest] = content.ToArray();
        Events.Enqueue($"write {identity.Digest}");
        return identity;
    }

    public Task PutManifestAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        Assert.All(manifest.References,
            reference => Assert.True(Blobs.ContainsKey(reference.Digest) || Manifests.ContainsKey(reference.Digest),
                $"{reference.Digest} is named before it is there"));
        Manifests[manifest.Digest] = manifest;
        Events.Enqueue($"put {manifest.Digest}");
        return Task.CompletedTask;
    }

    public async Task PublishAsync(Manifest manifest, ImageReference name, Digest? source, CancellationToken cancellationToken)
    {
        await PutManifestAsync(manifest, cancellationToken);
        Names[name.ToString()] = manifest.Digest;
        Events.Enqueue($"name {name}");
    }

    private bool IsHidden(Digest digest, bool isManifest) =>
        _hidden.ContainsKey((digest, isManifest)) && _hidden.AddOrUpdate((digest, isManifest), 0, (_, times) => times - 1) >= 0;
}
