namespace ImagePusher.Core.Abstractions;

/// <summary>An upload that is under way in a registry.</summary>
/// <param name="Key">What the upload is of and where to: registry, repository and the blob's resume key.</param>
/// <param name="Location">Where the registry wants the next request, byte for byte. It may hold a secret in its query: never show it.</param>
/// <param name="Offset">How many bytes the registry has.</param>
/// <param name="ChunkSize">The bytes of a chunk in this upload; 0 for one that is sent in one piece.</param>
/// <param name="Updated">When this was written.</param>
public sealed record UploadSession(string Key, string Location, long Offset, int ChunkSize, DateTimeOffset Updated)
{
    /// <summary>The session without its location's query, which may hold a secret.</summary>
    public override string ToString() => $"{Key} at {Offset}";
}
