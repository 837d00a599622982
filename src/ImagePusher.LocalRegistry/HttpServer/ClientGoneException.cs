namespace ImagePusher.LocalRegistry.HttpServer;

/// <summary>The client closed the connection during a request, so that no response can be sent.</summary>
internal sealed class ClientGoneException(string message) : IOException(message);
