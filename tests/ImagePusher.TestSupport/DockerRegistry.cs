using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ImagePusher.TestSupport;

/// <summary>Debian's docker-registry (distribution 2.8.2) on a free loopback port, with content of its own that can be deleted.</summary>
public sealed partial class DockerRegistry : IAsyncDisposable
{
    private readonly ServerProcess _process;
    private readonly TemporaryFolder _folder;
    private readonly string _storage;
    private readonly HttpClient _client;
    private int _forgotten;

    private DockerRegistry(ServerProcess process, TemporaryFolder folder, string storage, DockerRegistryOptions options, int port)
    {
        (_process, _folder, _storage) = (process, folder, storage);
        _client = Http.NewClient(options.Certificates, options.WantsClientCertificate);
        Address = $"localhost:{port}";
        Url = new Uri($"{(options.Certificates is null ? "http" : "https")}://{Address}/");
    }

    /// <summary>localhost and the port, as in a reference.</summary>
    public string Address { get; }

    /// <summary>The root of its API, with a slash at the end.</summary>
    public Uri Url { get; }

    /// <summary>All that it wrote until now.</summary>
    public string Log => _process.Log;

    /// <summary>Starts one with the defaults.</summary>
    public static Task<DockerRegistry> StartAsync(CancellationToken cancellationToken) =>
        StartAsync(new DockerRegistryOptions(), cancellationToken);

    /// <summary>Starts one; returns when it responds. Skips the test if docker-registry is missing.</summary>
    public static async Task<DockerRegistry> StartAsync(DockerRegistryOptions options, CancellationToken cancellationToken)
    {
        var tool = ExternalTools.Require("docker-registry");
        var folder = new TemporaryFolder();
        var storage = options.StorageFolder ?? folder.Folder("storage");
        var process = ServerProcess.Start(
            tool, "serve", folder.Write("config.yml", await ConfigurationAsync(options, folder, storage, cancellationToken)));
        try
        {
            // The registry uses a free port assigned by the system and reports it.
            var line = await process.WaitForLineAsync(line => Listening().IsMatch(line), cancellationToken);
            var port = int.Parse(Listening().Match(line).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            return new DockerRegistry(process, folder, storage, options, port);
        }
        catch
        {
            await process.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Deletes all content, finished and not.</summary>
    public Task EmptyAsync()
    {
        foreach (var content in new DirectoryInfo(_storage).EnumerateDirectories())
        {
            content.Delete(recursive: true);
        }

        return Task.CompletedTask;
    }

    /// <summary>The requests that it responded to since the start or <see cref="ForgetRequestsAsync"/>, in the order of their
    /// ends.</summary>
    public async Task<IReadOnlyList<LoggedRequest>> RequestsAsync(CancellationToken cancellationToken)
    {
        await CatchUpAsync(cancellationToken);
        return Answered().Skip(_forgotten).ToList();
    }

    /// <summary>How many requests it responded to of a method, whose path and query match a regular expression.</summary>
    public async Task<int> CountAsync(string method, string target, CancellationToken cancellationToken) =>
        (await RequestsAsync(cancellationToken)).Count(request => request.Is(method, target));

    /// <summary>Begins a new count of requests.</summary>
    public async Task ForgetRequestsAsync(CancellationToken cancellationToken)
    {
        await CatchUpAsync(cancellationToken);
        _forgotten = Answered().Count();
    }

    /// <summary>The files of all its blobs, by digest.</summary>
    public IReadOnlyDictionary<string, FileInfo> Blobs()
    {
        var root = new DirectoryInfo(Path.Combine(_storage, "docker", "registry", "v2", "blobs"));
        return !root.Exists
            ? new Dictionary<string, FileInfo>()
            : root.EnumerateFiles("data", SearchOption.AllDirectories).ToDictionary(
                file => $"{file.Directory!.Parent!.Parent!.Name}:{file.Directory.Name}", file => file);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private IEnumerable<LoggedRequest> Answered() => _process.Lines
        .Select(LoggedRequest.FromCombinedLog)
        .OfType<LoggedRequest>()
        .Where(request => !request.Target.Contains("caught-up=", StringComparison.Ordinal));

    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        var mark = $"caught-up={Guid.NewGuid():N}";
        using var answer = await _client.GetAsync(new Uri(Url, $"v2/?{mark}"), cancellationToken);
        await _process.WaitForLineAsync(
            line => LoggedRequest.FromCombinedLog(line)?.Target.Contains(mark, StringComparison.Ordinal) == true, cancellationToken);
    }

    private static async Task<string> ConfigurationAsync(
        DockerRegistryOptions options, TemporaryFolder folder, string storage, CancellationToken cancellationToken)
    {
        var http = new Dictionary<string, object>
        {
            ["addr"] = "127.0.0.1:0",
            ["secret"] = options.Secret ?? "a secret of this registry",
            ["relativeurls"] = options.RelativeLocations,
        };
        if (options.Certificates is { } certificates)
        {
            http["tls"] = new
            {
                certificate = certificates.ServerCertificateFile,
                key = certificates.ServerKeyFile,
                clientcas = options.WantsClientCertificate ? new[] { certificates.AuthorityFile } : [],
            };
        }

        var auth = new Dictionary<string, object>();
        if (options.Users.Count > 0)
        {
            auth["htpasswd"] = new { realm = "test", path = await PasswordFileAsync(options, folder, cancellationToken) };
        }

        if (options.TokenAuthority is { } authority)
        {
            auth["token"] = new
            {
                realm = authority.Realm.AbsoluteUri,
                service = authority.Service,
                issuer = authority.Issuer,
                rootcertbundle = authority.CertificateBundle,
            };
        }

        // JSON is YAML, and needs no care for quotes.
        return JsonSerializer.Serialize(new
        {
            version = "0.1",
            log = new { level = "info" },
            storage = new
            {
                filesystem = new { rootdirectory = storage },
                delete = new { enabled = true },
                maintenance = new { uploadpurging = new { enabled = false }, @readonly = new { enabled = options.ReadOnly } },
            },
            http,
            auth,
        });
    }

    private static async Task<string> PasswordFileAsync(
        DockerRegistryOptions options, TemporaryFolder folder, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        foreach (var (name, password) in options.Users)
        {
            // docker-registry reads bcrypt alone; the lowest cost keeps many requests fast.
            var settings = new ToolSettings { Input = password };
            text.AppendLine((await ExternalTools.RunAsync("htpasswd", ["-niBC", "4", name], settings, cancellationToken)).Output.Trim());
        }

        return folder.Write("htpasswd", text.ToString());
    }

    [GeneratedRegex(@"listening on 127\.0\.0\.1:(\d+)")]
    private static partial Regex Listening();
}
