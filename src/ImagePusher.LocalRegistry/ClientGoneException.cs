namespace ImagePusher.LocalRegistry;

/// <summary>A client that went away in the middle: there is nobody to answer.</summary>
internal sealed class ClientGoneException(string message) : IOException(message);
