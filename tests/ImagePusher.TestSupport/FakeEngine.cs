using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImagePusher.TestSupport;

/// <summary>A container engine that accepts only archives: it stores the received archives, and its response can be set.</summary>
public sealed class FakeEngine : IAsyncDisposable
{
    private readonly HttpListener _listener;
    private readonly Task _serving;

    private FakeEngine(HttpListener listener, string address)
    {
        (_listener, Address) = (listener, address);
        _serving = ServeAsync();
    }

    /// <summary>The address, as DOCKER_HOST writes it.</summary>
    public string Address { get; }

    /// <summary>The status of the answers.</summary>
    public int Status { get; set; } = 200;

    /// <summary>The text of the answers.</summary>
    public string Answer { get; set; } = "{\"stream\":\"Loaded image\\n\"}\n";

    /// <summary>The path and query of each request, in order.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>The body of the last request.</summary>
    public byte[] Received { get; private set; } = [];

    /// <summary>Starts an engine on a free port of the loopback interface.</summary>
    public static FakeEngine Start()
    {
        while (true)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var port = ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            var listener = new HttpListener();
            listener.Prefixes.Add($"http://localhost:{port}/");
            try
            {
                listener.Start();
                return new FakeEngine(listener, $"tcp://localhost:{port}");
            }
            catch (HttpListenerException)
            {
                // Another process took the port in the meantime.
                listener.Close();
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                Requests.Add(context.Request.RawUrl!);
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                Received = body.ToArray();
                context.Response.StatusCode = Status;
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(Answer));
                context.Response.Close();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                if (!_listener.IsListening)
                {
                    return;
                }
            }
        }
    }
}
