namespace ImagePusher.Core.Registry.Uploads;

/// <summary>The status of an upload at the registry.</summary>
/// <param name="Url">The URL of the next request.</param>
/// <param name="Offset">The bytes that the registry has.</param>
internal sealed record UploadStatus(string Url, long Offset);
