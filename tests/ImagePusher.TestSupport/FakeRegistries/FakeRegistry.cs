using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ImagePusher.TestSupport.FakeRegistries;

/// <summary>A registry in this process that behaves as a <see cref="RegistryProfile"/> says. It verifies what a registry verifies: digests,
/// names, and that the blobs of a manifest exist.</summary>
public sealed partial class FakeRegistry : IAsyncDisposable
{
    private readonly FakeRegistryOptions _options;
    private readonly LoopbackServer _server;
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentDictionary<string, bool> _repositories = new();
    private readonly ConcurrentQueue<LoggedRequest> _requests = new();
    private long _bytesTaken;

    private FakeRegistry(RegistryProfile profile, FakeRegistryOptions options)
    {
        (RegistryProfile, _options) = (profile, options);
        foreach (var repository in options.Repositories)
        {
            _repositories[repository] = true;
        }

        _server = LoopbackServer.Start(ServeAsync, options.Certificates);
    }

    /// <summary>How it behaves.</summary>
    public RegistryProfile RegistryProfile { get; }

    /// <summary>localhost and the port, as in a reference.</summary>
    public string Address => _server.Address;

    /// <summary>The root of its API, with a slash at the end.</summary>
    public Uri Url => _server.Url;

    /// <summary>The requests that it responded to, in the order of their responses.</summary>
    public IReadOnlyList<LoggedRequest> Requests => [.. _requests];

    /// <summary>The bytes of blobs that arrived, in finished and unfinished requests.</summary>
    public long BytesTaken => Interlocked.Read(ref _bytesTaken);

    /// <summary>Starts one.</summary>
    public static FakeRegistry Start(RegistryProfile profile, FakeRegistryOptions? options = null) =>
        new(profile, options ?? new FakeRegistryOptions());

    /// <summary>How many requests it responded to of a method, whose path and query match a regular expression.</summary>
    public int Count(string method, string target = "") => _requests.Count(request => request.Is(method, target));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private async Task ServeAsync(ServerExchange exchange)
    {
        _options.BeforeRequest(new LoggedRequest(exchange.Method, exchange.Target, 0));
        try
        {
            await RouteAsync(exchange);
        }
        finally
        {
            _requests.Enqueue(new LoggedRequest(exchange.Method, exchange.Target, exchange.Status));
        }
    }

    private Task RouteAsync(ServerExchange exchange)
    {
        if (exchange.Path == "/v2/")
        {
            return IsLetIn(exchange, null, "pull") ? exchange.RespondAsync(200, "{}") : RefuseEntryAsync(exchange, null, "pull");
        }

        var match = Route().Match(exchange.Path);
        if (!match.Success)
        {
            return ErrorAsync(exchange, 404, "NOT_FOUND", exchange.Path);
        }

        var (repository, kind, rest) = (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value);
        var action = exchange.Method switch { "GET" or "HEAD" => "pull", "DELETE" when kind != "blobs/uploads" => "delete", _ => "push" };
        if (!IsLetIn(exchange, repository, action))
        {
            return RefuseEntryAsync(exchange, repository, action == "push" ? "pull,push" : action);
        }

        if (RegistryProfile.RepositoriesMustExist && !_repositories.ContainsKey(repository))
        {
            return ErrorAsync(exchange, 404, "NAME_UNKNOWN", $"The repository with name '{repository}' does not exist in the registry");
        }

        return kind switch
        {
            "blobs/uploads" => UploadAsync(exchange, repository, rest),
            "blobs" => BlobAsync(exchange, repository, rest),
            "manifests" => ManifestAsync(exchange, repository, rest),
            _ => TagsAsync(exchange, repository),
        };
    }

    private bool IsLetIn(ServerExchange exchange, string? repository, string action)
    {
        var authorization = exchange.Header("Authorization");
        if (_options.TokenServer is { } server)
        {
            return authorization?.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) == true
                && server.Find(authorization[7..]) is { } token
                && (repository is null || token.Allows(repository, action));
        }

        return _options.Users.Count == 0
            || (BasicCredentials.TryRead(authorization, out var name, out var password)
                && _options.Users.TryGetValue(name, out var expected) && expected == password);
    }

    private Task RefuseEntryAsync(ServerExchange exchange, string? repository, string actions)
    {
        if (!RegistryProfile.ChallengesPingAlone || repository is null)
        {
            exchange.Add("WWW-Authenticate", _options.TokenServer is { } server
                ? server.Challenge(repository is null ? null : $"repository:{repository}:{actions}", ErrorOf(exchange, server))
                : "Basic realm=\"test\"");
        }

        return ErrorAsync(exchange, 401, "UNAUTHORIZED", "authentication required");
    }

    private static string? ErrorOf(ServerExchange exchange, TokenServer server) => exchange.Header("Authorization") switch
    {
        null => null,
        { Length: > 7 } text when server.Find(text[7..]) is not null => "insufficient_scope",
        _ => "invalid_token",
    };

    private static Task ErrorAsync(ServerExchange exchange, int status, string code, string message) =>
        exchange.RespondAsync(status, JsonSerializer.Serialize(new { errors = new[] { new { code, message } } }));

    private void SayDigest(ServerExchange exchange, string digest)
    {
        if (RegistryProfile.SaysDigest)
        {
            exchange.Add("Docker-Content-Digest", digest);
        }
    }

    [GeneratedRegex("^/v2/([a-z0-9._/-]+?)/(blobs/uploads|blobs|manifests|tags)/?([^/]*)$")]
    private static partial Regex Route();
}
