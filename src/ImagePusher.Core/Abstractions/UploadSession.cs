namespace ImagePusher.Core.Abstractions;

/// <summary>An upload in progress at a registry.</summary>
/// <param name="Key">Content and target: registry, repository and the blob's resume key.</param>
/// <param name="Location">The URL of the next request, unchanged. Its query may contain a secret: never show it.</param>
/// <param name="Offset">The number of bytes that the registry has.</param>
/// <param name="ChunkSize">The size of a chunk in bytes; 0 if the blob is not sent in chunks.</param>
/// <param name="Updated">The time at which the state was stored.</param>
internal sealed record UploadSession(string Key, string Location, long Offset, int ChunkSize, DateTimeOffset Updated)
{
    /// <summary>Key and offset, without the location, which may contain a secret.</summary>
    public override string ToString() => $"{Key} at {Offset}";
}
