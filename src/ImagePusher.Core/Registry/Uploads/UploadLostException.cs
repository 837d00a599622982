namespace ImagePusher.Core.Registry.Uploads;

/// <summary>The registry no longer knows an upload: the blob starts again. It never leaves this namespace.</summary>
internal sealed class UploadLostException(string message) : Exception(message);
