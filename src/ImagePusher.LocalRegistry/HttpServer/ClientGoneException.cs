namespace ImagePusher.LocalRegistry.HttpServer;

/// <summary>The client closed the connection within a request, so that there is no one to answer.</summary>
internal sealed class ClientGoneException(string message) : IOException(message);
