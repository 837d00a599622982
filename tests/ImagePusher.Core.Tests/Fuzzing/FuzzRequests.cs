using System.Net;
using System.Net.Sockets;
using System.Text;
using ImagePusher.Core.Cache;
using ImagePusher.LocalRegistry;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Fuzzing;

/// <summary>A local registry that receives the input as a client's bytes. It answers, or closes the connection, and never fails
/// itself.</summary>
internal static class FuzzRequests
{
    private static readonly TemporaryFolder Folder = new();
    private static readonly RecordingLogger Log = new();
    private static readonly Lazy<Task<LocalRegistryServer>> Registry = new(() => LocalRegistryServer.StartAsync(
        ImageCache.Open(Folder["cache"]), new LocalRegistryOptions { Port = 0, Logger = Log }, CancellationToken.None));

    public static async Task SendAsync(byte[] input)
    {
        var registry = await Registry.Value;
        Log.Clear();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, registry.Port);
        using var answer = new MemoryStream();
        try
        {
            await socket.SendAsync(input);
            socket.Shutdown(SocketShutdown.Send);
            await using var stream = new NetworkStream(socket);
            await stream.CopyToAsync(answer);
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            // The registry may close a connection that it rejects.
        }

        var text = Encoding.Latin1.GetString(answer.ToArray());
        Assert.True(text.Length == 0 || text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal), text);
        Assert.DoesNotContain("HTTP/1.1 500", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Log.Messages, message => message.Contains("unexpected", StringComparison.OrdinalIgnoreCase));
    }
}
