namespace ImagePusher.Core.Registry.Uploads;

/// <summary>What the registry has of an upload.</summary>
/// <param name="Url">The URL of the next request.</param>
/// <param name="Offset">The bytes that the registry has.</param>
internal sealed record UploadStatus(string Url, long Offset);
