using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImagePusher.TestSupport.FakeRegistries;

/// <summary>
/// A token server as the distribution project describes it: GET with Basic or anonymous, POST with a refresh token or a password.
/// Its tokens are JWTs that a docker-registry accepts too, by <see cref="Authority"/>.
/// </summary>
public sealed class TokenServer : IAsyncDisposable
{
    private const string Issuer = "test issuer";

    private readonly TokenServerOptions _options;
    private readonly LoopbackServer _server;
    private readonly TestCertificates _signing = new();
    private readonly ConcurrentDictionary<string, IssuedToken> _tokens = new();
    private readonly ConcurrentQueue<IssuedToken> _issued = new();
    private readonly ConcurrentQueue<TokenRequest> _requests = new();

    private TokenServer(TokenServerOptions options)
    {
        _options = options;
        _server = LoopbackServer.Start(ServeAsync, options.Certificates);
        Realm = new Uri($"{_server.Url}token{(options.RealmQuery.Length == 0 ? "" : "?" + options.RealmQuery)}");
    }

    /// <summary>The URL for a challenge's realm.</summary>
    public Uri Realm { get; }

    /// <summary>The value for a challenge's service.</summary>
    public string Service => _options.Service;

    /// <summary>The issued tokens, in order.</summary>
    public IReadOnlyList<IssuedToken> Issued => [.. _issued];

    /// <summary>The requests that it got, in their order.</summary>
    public IReadOnlyList<TokenRequest> Requests => [.. _requests];

    /// <summary>For a docker-registry that requires these tokens. It uses the system clock.</summary>
    public RegistryTokenAuthority Authority => new(Realm, Service, Issuer, _signing.AuthorityFile);

    /// <summary>Starts one.</summary>
    public static TokenServer Start(TokenServerOptions? options = null) => new(options ?? new TokenServerOptions());

    /// <summary>The challenge that leads here.</summary>
    public string Challenge(string? scope, string? error = null) =>
        $"Bearer realm=\"{Realm.OriginalString}\",service=\"{Service}\""
        + (scope is null ? "" : $",scope=\"{scope}\"")
        + (error is null ? "" : $",error=\"{error}\"");

    /// <summary>A token that is good now; null if this one is unknown or over.</summary>
    public IssuedToken? Find(string? token) =>
        token is not null && _tokens.TryGetValue(token, out var found) && found.Expires > _options.TimeProvider.GetUtcNow() ? found : null;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _signing.Dispose();
    }

    private async Task ServeAsync(ServerExchange exchange)
    {
        var form = exchange.Method == "POST" ? Encoding.UTF8.GetString(await exchange.ReadAllAsync()) : "";
        IEnumerable<string> Values(string name) => exchange.Method == "POST" ? ServerExchange.FormValues(form, name) : exchange.Query(name);
        var scopes = Values("scope").SelectMany(scope => scope.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        var grant = Values("grant_type").FirstOrDefault();
        var (status, user) = exchange.Method switch
        {
            "GET" => Basic(exchange.Header("Authorization")),
            "POST" when _options.TakesPost => Grant(grant, Values),
            _ => (404, null),
        };
        _requests.Enqueue(new TokenRequest(
            exchange.Method, exchange.Target, user, grant, Values("service").FirstOrDefault(), scopes,
            exchange.Header("Authorization") is not null, status));
        if (status != 200)
        {
            await exchange.RespondAsync(status, """{"errors":[{"code":"UNAUTHORIZED","message":"incorrect username or password"}]}""");
            return;
        }

        var token = Issue(user, _options.ReadsOnlyFirstScope ? scopes[..Math.Min(1, scopes.Count)] : scopes);
        await exchange.RespondAsync(200, Answer(exchange.Method, token).ToJsonString());
    }

    private (int Status, string? User) Basic(string? authorization)
    {
        if (authorization is null)
        {
            return (_options.AllowsAnonymous ? 200 : 401, null);
        }

        return BasicCredentials.TryRead(authorization, out var name, out var password) && IsUser(name, password) ? (200, name)
            : (401, null);
    }

    private (int Status, string? User) Grant(string? grant, Func<string, IEnumerable<string>> values)
    {
        string Value(string name) => values(name).FirstOrDefault() ?? "";
        return grant switch
        {
            "refresh_token" when _options.RefreshTokens.TryGetValue(Value("refresh_token"), out var user) => (200, user),
            "password" when IsUser(Value("username"), Value("password")) => (200, Value("username")),
            "refresh_token" or "password" => (401, null),
            _ => (400, null),
        };
    }

    private bool IsUser(string name, string password) => _options.Users.TryGetValue(name, out var expected) && expected == password;

    private JsonObject Answer(string method, IssuedToken token)
    {
        var answer = new JsonObject { [method == "POST" ? "access_token" : _options.TokenField] = token.Text };
        if (_options.SaysExpiry)
        {
            answer["expires_in"] = (int)_options.Lifetime.TotalSeconds;
            answer["issued_at"] = token.Issued.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null);
        }

        return answer;
    }

    private IssuedToken Issue(string? user, IEnumerable<string> scopes)
    {
        var access = new HashSet<(string Repository, string Action)>();
        foreach (var scope in scopes.Where(scope => scope.StartsWith("repository:", StringComparison.Ordinal)))
        {
            var name = scope["repository:".Length..scope.LastIndexOf(':')];
            access.UnionWith(scope[(scope.LastIndexOf(':') + 1)..].Split(',')
                .Where(action => _options.Allows(user, name, action))
                .Select(action => (name, action)));
        }

        var now = _options.TimeProvider.GetUtcNow();
        var token = new IssuedToken(Sign(user, access, now), user, access, now, now + _options.Lifetime);
        _tokens[token.Text] = token;
        _issued.Enqueue(token);
        return token;
    }

    private string Sign(string? user, IEnumerable<(string Repository, string Action)> access, DateTimeOffset now)
    {
        var header = new { typ = "JWT", alg = "ES256",
            x5c = new[] { Convert.ToBase64String(_signing.Server.Export(X509ContentType.Cert)) } };
        var claims = new
        {
            iss = Issuer,
            sub = user ?? "",
            aud = Service,
            exp = (now + _options.Lifetime).ToUnixTimeSeconds(),
            nbf = now.AddSeconds(-10).ToUnixTimeSeconds(),
            iat = now.ToUnixTimeSeconds(),
            jti = Guid.NewGuid().ToString("N"),
            access = access.GroupBy(entry => entry.Repository)
                .Select(group => new { type = "repository", name = group.Key, actions = group.Select(entry => entry.Action) }),
        };
        var text = $"{Encode(JsonSerializer.SerializeToUtf8Bytes(header))}.{Encode(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        using var key = _signing.Server.GetECDsaPrivateKey()!;
        return $"{text}.{Encode(key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256))}";
    }

    private static string Encode(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
