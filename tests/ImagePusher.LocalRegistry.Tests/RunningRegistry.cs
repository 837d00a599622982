using System.Net;
using System.Net.Sockets;
using ImagePusher.Core.Cache;
using ImagePusher.TestSupport;

namespace ImagePusher.LocalRegistry.Tests;

/// <summary>A local registry over a new cache, with an HTTP client.</summary>
internal sealed class RunningRegistry : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    private RunningRegistry(CacheOptions options) => Cache = ImageCache.Open(_folder["cache"], options);

    public ImageCache Cache { get; }

    public LocalRegistryServer Registry { get; private set; } = null!;

    public HttpClient Client { get; } = Http.NewClient();

    public RecordingLogger Log { get; } = new();

    public string Address => Registry.Address;

    public Uri Root => new($"http://{Address}/");

    public static async Task<RunningRegistry> StartAsync(
        Func<LocalRegistryOptions, LocalRegistryOptions>? with = null, CacheOptions? cacheOptions = null)
    {
        var running = new RunningRegistry(cacheOptions ?? new CacheOptions());
        await running.RestartAsync(with);
        return running;
    }

    /// <summary>Stops the registry if it runs, and starts one with other options over the same cache.</summary>
    public async Task RestartAsync(Func<LocalRegistryOptions, LocalRegistryOptions>? with = null)
    {
        if (Registry is not null)
        {
            await Registry.DisposeAsync();
        }

        var options = new LocalRegistryOptions { Port = 0, Logger = Log };
        Registry = await LocalRegistryServer.StartAsync(Cache, with?.Invoke(options) ?? options, TestContext.Current.CancellationToken);
    }

    /// <summary>Sends a request to an unchanged path or Location.</summary>
    public async Task<Answer> SendAsync(string method, string path, byte[]? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Root, path));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
        }

        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content ??= new ByteArrayContent([]);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var answer = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        return await Answer.ReadAsync(answer, TestContext.Current.CancellationToken);
    }

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync("GET", path, null, headers);

    /// <summary>Starts an upload and returns its Location.</summary>
    public async Task<string> StartUploadAsync(string repository = "team/app", string query = "") =>
        (await SendAsync("POST", $"/v2/{repository}/blobs/uploads/{query}")).Is(HttpStatusCode.Accepted)["Location"]!;

    /// <summary>Pushes a blob by one PUT and returns its digest.</summary>
    public async Task<string> PushBlobAsync(byte[] blob, string repository = "team/app")
    {
        var digest = Http.DigestOf(blob);
        (await SendAsync("PUT", $"{await StartUploadAsync(repository)}?digest={digest}", blob)).Is(HttpStatusCode.Created);
        return digest;
    }

    /// <summary>Pushes a manifest under a tag or digest.</summary>
    public Task<Answer> PutManifestAsync(string reference, byte[] manifest, string mediaType = TestImage.ManifestType,
        string repository = "team/app") =>
        SendAsync("PUT", $"/v2/{repository}/manifests/{reference}", manifest, ("Content-Type", mediaType));

    /// <summary>Pushes an image of some layers under a tag, or by digest.</summary>
    public async Task<TestImage> PushImageAsync(string? tag, string repository = "team/app", params byte[][] layers)
    {
        var image = TestImage.Of(layers);
        foreach (var blob in layers.Append(image.Config))
        {
            await PushBlobAsync(blob, repository);
        }

        (await PutManifestAsync(tag ?? image.Digest, image.Manifest, repository: repository)).Is(HttpStatusCode.Created);
        return image;
    }

    /// <summary>A raw connection, for requests that no client would send.</summary>
    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true,
            ReceiveTimeout = 30_000 };
        await socket.ConnectAsync(IPAddress.Loopback, Registry.Port, TestContext.Current.CancellationToken);
        return socket;
    }

    /// <summary>Sends text on a new connection and returns everything received until the registry closes it.</summary>
    public async Task<string> ExchangeRawAsync(string text)
    {
        using var socket = await ConnectAsync();
        await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(text), SocketFlags.None, TestContext.Current.CancellationToken);
        // A half-closed socket counts as not connected, and NetworkStream rejects it.
        await using var stream = new NetworkStream(socket);
        socket.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream, System.Text.Encoding.ASCII);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Returns everything that arrives until the registry closes a connection.</summary>
    public static async Task<string> ReadToEndAsync(Socket socket)
    {
        var text = new System.Text.StringBuilder();
        var buffer = new byte[4096];
        try
        {
            for (int count; (count = await socket.ReceiveAsync(buffer, SocketFlags.None, TestContext.Current.CancellationToken)) > 0;)
            {
                text.Append(System.Text.Encoding.ASCII.GetString(buffer, 0, count));
            }
        }
        catch (SocketException)
        {
            // Closed with bytes of ours unread.
        }

        return text.ToString();
    }

    /// <summary>The partial files of blobs that are being written.</summary>
    public IReadOnlyList<FileInfo> Parts() =>
        new DirectoryInfo(Path.Combine(Cache.Path, ".imagepusher", "partial")) is { Exists: true } folder
        ? folder.GetFiles("*", SearchOption.AllDirectories)
        : [];

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Registry.DisposeAsync();
        _folder.Dispose();
    }
}
