namespace ImagePusher.Core.Registry.Uploads;

/// <summary>The registry no longer has an upload: the blob starts again. The exception is never thrown outside this namespace.</summary>
internal sealed class UploadLostException(string message) : Exception(message);
