using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>A registry and its token server in one, whose answers a test scripts. All paths under /v2/ require a token that it
/// issued.</summary>
internal sealed class AuthServer : IAsyncDisposable
{
    private readonly LoopbackServer _server;
    private readonly Lock _lock = new();
    private readonly List<Asked> _tokenRequests = [];
    private readonly List<Asked> _requests = [];
    private readonly Dictionary<string, DateTimeOffset> _tokens = [];

    public AuthServer() => _server = LoopbackServer.Start(HandleAsync);

    /// <summary>A request as it came.</summary>
    public sealed record Asked(string Method, string Target, string? Authorization, string Body, IReadOnlyList<string> Scopes);

    public string Address => _server.Address;

    public string Realm => $"http://{Address}/token";

    public IReadOnlyList<Asked> TokenRequests
    {
        get { lock (_lock) { return [.. _tokenRequests]; } }
    }

    public IReadOnlyList<Asked> Requests
    {
        get { lock (_lock) { return [.. _requests]; } }
    }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The time for which the registry accepts a token, regardless of the declared lifetime.</summary>
    public TimeSpan TokenLife { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The challenges, a header each; {realm} is put in.</summary>
    public IReadOnlyList<string> Challenges { get; set; } = ["Bearer realm=\"{realm}\",service=\"test registry\""];

    /// <summary>False for a registry that sends its challenge only for GET /v2/.</summary>
    public bool ChallengesEverywhere { get; init; } = true;

    /// <summary>The token server's answer to a new token.</summary>
    public Func<string, string> TokenAnswer { get; init; } = token => $$"""{"token":"{{token}}"}""";

    /// <summary>Takes a token request in the place of the server; false to have it answered as always.</summary>
    public Func<ServerExchange, string, Task<bool>>? OnToken { get; init; }

    /// <summary>The accepted Basic "user:password"; null issues a token to every caller.</summary>
    public string? Password { get; set; }

    /// <summary>Answers a request that carries a good token.</summary>
    public Func<ServerExchange, Task> OnRequest { get; set; } = exchange => exchange.RespondAsync(404);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>Sends the 401 with an error and a scope in the form of the registry.</summary>
    public async Task RefuseAsync(ServerExchange exchange, string more = "")
    {
        if (ChallengesEverywhere || exchange.Path == "/v2/")
        {
            foreach (var challenge in Challenges)
            {
                exchange.Add("WWW-Authenticate", challenge.Replace("{realm}", Realm, StringComparison.Ordinal) + more);
            }
        }

        exchange.Closes = true;
        await exchange.RespondAsync(401, """{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}""");
    }

    private async Task HandleAsync(ServerExchange exchange)
    {
        var authorization = exchange.Header("Authorization");
        if (exchange.Path == "/token")
        {
            var body = System.Text.Encoding.UTF8.GetString(await exchange.ReadAllAsync());
            string[] scopes = [.. body.Length > 0 ? ServerExchange.FormValues(body, "scope") : exchange.Query("scope")];
            lock (_lock)
            {
                _tokenRequests.Add(new Asked(exchange.Method, exchange.Target, authorization, body, [.. scopes]));
            }

            if (OnToken is null || !await OnToken(exchange, body))
            {
                await GiveAsync(exchange, authorization);
            }

            return;
        }

        lock (_lock)
        {
            _requests.Add(new Asked(exchange.Method, exchange.Target, authorization, "", []));
        }

        await (IsGood(authorization) ? exchange.Path == "/v2/" ? exchange.RespondAsync(200, "{}") : OnRequest(exchange)
            : RefuseAsync(exchange));
    }

    private async Task GiveAsync(ServerExchange exchange, string? authorization)
    {
        if (authorization is not null && Password is not null
            && authorization != "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Password)))
        {
            await exchange.RespondAsync(401, """{"details":"incorrect username or password"}""");
            return;
        }

        string token;
        lock (_lock)
        {
            token = $"token-{_tokens.Count + 1}";
            _tokens[token] = Time.GetUtcNow();
        }

        await exchange.RespondAsync(200, TokenAnswer(token));
    }

    private bool IsGood(string? authorization)
    {
        if (authorization?.StartsWith("Basic ", StringComparison.Ordinal) == true)
        {
            return Password is not null && authorization == "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Password));
        }

        lock (_lock)
        {
            return authorization?.StartsWith("Bearer ", StringComparison.Ordinal) == true
                && _tokens.TryGetValue(authorization[7..], out var issued) && Time.GetUtcNow() - issued < TokenLife;
        }
    }
}
