using System.Text;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Registry.Authentication;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>The formats in which credential files come, and DOCKER_AUTH_CONFIG.</summary>
public sealed class DockerConfigTests : IDisposable
{
    private const string Ann = """{"auths":{"r.example":{"auth":"YW5uOnMzY3I6ZXQ="}}}""";

    private static readonly TestImage Image = TestImage.Of([1]);

    private readonly TemporaryFolder _home = new();
    private readonly Dictionary<string, string?> _environment = [];

    public DockerConfigTests() => _environment["HOME"] = _home.FullName;

    public static TheoryData<string, byte[]> Encodings => new()
    {
        { "UTF-8", Encoding.UTF8.GetBytes(Ann) },
        { "UTF-8 with BOM", [0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(Ann)] },
        { "UTF-16 with BOM", [0xff, 0xfe, .. Encoding.Unicode.GetBytes(Ann)] },
        { "UTF-16 without BOM", Encoding.Unicode.GetBytes(Ann) },
        { "UTF-16 big-endian with BOM", [0xfe, 0xff, .. Encoding.BigEndianUnicode.GetBytes(Ann)] },
        { "UTF-16 big-endian without BOM", Encoding.BigEndianUnicode.GetBytes(Ann) },
        { "comments and commas", Encoding.UTF8.GetBytes("// a comment\n" + Ann[..^1] + ",}") },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Every_encoding_is_read(string name, byte[] file)
    {
        Assert.NotEmpty(name);
        Assert.Equal(new RegistryCredential("ann", "s3cr:et"), DockerConfig.Parse(file).Auths["r.example"]);
    }

    [Theory]
    [InlineData("YW5uOnMzY3I6ZXQ=")]
    [InlineData("YW5uOnMzY3I6ZXQ")]
    [InlineData(" YW5uOnMzY3I6ZXQ= ")]
    [InlineData("YW5uOnMzY3I6ZXQK")]
    [InlineData("YW5u\\r\\nOnMzY3I6\\nZXQ")]
    public void Base64_is_read_with_and_without_padding(string auth) =>
        Assert.Equal("s3cr:et",
            DockerConfig.Parse(Encoding.UTF8.GetBytes(
                $$$$"""{"auths":{"r.example":{"auth":"{{{{auth}}}}"}}}""")).Auths["r.example"].Secret);

    [Theory]
    [InlineData("""{"auths":{"\ud800":{"auth":"YW5uOnMzY3I6ZXQ="},""")]
    [InlineData("""{"\udc00":1,"auths":{"b":{"auth":"\ud800"},""")]
    [InlineData("""{"credHelpers":{"\ud800":"x","a":"\ud800"},"auths":{""")]
    [InlineData("""{"credsStore":"\ud800","auths":{""")]
    public void Text_that_is_not_Unicode_affects_only_its_own_entry(string start)
    {
        var config = DockerConfig.Parse(Encoding.UTF8.GetBytes(start + """ "r.example":{"auth":"YW5uOnMzY3I6ZXQ="}}}"""));
        Assert.Equal("s3cr:et", Assert.Single(config.Auths).Value.Secret);
        Assert.Empty(config.Helpers);
        Assert.Null(config.Store);
    }

    [Theory]
    [InlineData("""{"Auths":{"r.example":{"Auth":"YW5uOnMzY3I6ZXQ="}}}""")]
    [InlineData("""{"r.example":{"auth":"YW5uOnMzY3I6ZXQ=","email":"ann@example.com"}}""")]
    [InlineData("""{"auths":{"r.example":{"auth":"","UserName":"ann","password":"s3cr:et"}}}""")]
    public void Other_letter_case_and_the_format_of_old_versions_are_read(string file) =>
        Assert.Equal(new RegistryCredential("ann", "s3cr:et"), DockerConfig.Parse(Encoding.UTF8.GetBytes(file)).Auths["r.example"]);

    [Theory]
    [InlineData("""{"auths":{"r.example":"YW5u"}}""", "it is not a JSON object")]
    [InlineData("""{"auths":{"r.example":{"auth":5}}}""", "its 'auth' is not Unicode text")]
    [InlineData("""{"auths":{"r.example":{"auth":"YW5uOv8="}}}""", "its 'auth' is not the base64 form of UTF-8 text")]
    [InlineData("""{"credHelpers":{"r.example":["ecr-login"]}}""", "its credential helper is not text")]
    public void An_entry_that_cannot_be_used_has_a_reason(string file, string reason) =>
        Assert.Equal(reason, DockerConfig.Parse(Encoding.UTF8.GetBytes(file)).Problems["r.example"]);

    [Theory]
    [InlineData("""{"auths":[]}""", "its 'auths' is not a JSON object")]
    [InlineData("""{"credHelpers":"desktop"}""", "its 'credHelpers' is not a JSON object")]
    public void A_part_that_cannot_be_used_has_a_reason(string file, string reason) =>
        Assert.Equal(reason, DockerConfig.Parse(Encoding.UTF8.GetBytes(file)).Problem);

    [Theory]
    [InlineData("http://R.Example/v2")]
    [InlineData("HTTPS://r.example/artifactory/api/docker")]
    [InlineData("R.EXAMPLE/")]
    [InlineData("r.example/v1/")]
    public void A_key_is_found_by_its_host_in_every_spelling(string key) =>
        Assert.Equal(7, new CredentialKeys("r.example", "team/app").Find(new Dictionary<string, int> { ["other"] = 1, [key] = 7 }).Value);

    [Theory]
    [InlineData("r.example/other")]
    [InlineData("https://r.example.org/")]
    [InlineData("r.example:5000")]
    public void A_key_of_something_else_is_not_found(string key) =>
        Assert.Null(new CredentialKeys("r.example", "team/app").Find(new Dictionary<string, int> { [key] = 7 }).Key);

    [Theory]
    [InlineData("!!!", "not base64")]
    [InlineData("YW5u", "USER:PASSWORD")]
    [InlineData("A", "not base64")]
    public async Task An_invalid_entry_is_a_warning_with_file_host_and_cause_and_does_not_affect_others(string auth, string cause)
    {
        await using var server = NewServer();
        await using var other = NewServer();
        _home.Write(".docker/config.json",
            $$$$"""{"auths":{"{{{{server.Address}}}}":{"auth":"{{{{auth}}}}"},"{{{{other.Address}}}}":{"auth":"YW5uOnMzY3I6ZXQ="}}}""");
        await using var session = NewSession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        await session.Repository(server.Address, "b").ResolveAsync("1", Token);
        var warning = Assert.Single(session.Log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal));
        Assert.Contains(_home[".docker/config.json"], warning, StringComparison.Ordinal);
        Assert.Contains(server.Address, warning, StringComparison.Ordinal);
        Assert.Contains(cause, warning, StringComparison.Ordinal);
        Assert.DoesNotContain(auth + "\"", warning, StringComparison.Ordinal);
        await session.Repository(other.Address).ResolveAsync("1", Token);
        Assert.NotNull(other.TokenRequests[0].Authorization);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("[]")]
    [InlineData("\ufeff")]
    public async Task A_file_that_is_not_JSON_is_a_warning(string text)
    {
        await using var server = NewServer();
        _home.Write(".docker/config.json", text);
        await using var session = NewSession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Contains("is not JSON", Assert.Single(session.Log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task DOCKER_AUTH_CONFIG_precedes_the_files_and_follows_the_session()
    {
        await using var server = NewServer();
        _home.Write(".docker/config.json", Auth(server.Address, "file:1"));
        _environment["DOCKER_AUTH_CONFIG"] = Auth(server.Address, "variable:2");
        await using var session = NewSession();
        await session.Repository(server.Address, "a").ResolveAsync("1", Token);
        session.Client.SetCredential(server.Address, new RegistryCredential("session", "3"));
        await session.Repository(server.Address, "b").ResolveAsync("1", Token);
        session.Client.RemoveCredential(server.Address);
        _environment["DOCKER_AUTH_CONFIG"] = null;
        await session.Repository(server.Address, "c").ResolveAsync("1", Token);
        Assert.Equal(["variable:2", "session:3", "file:1"], server.TokenRequests.Select(request => Decoded(request.Authorization)));
    }

    [Fact]
    public async Task DOCKER_AUTH_CONFIG_runs_no_helper()
    {
        await using var server = NewServer();
        _environment["DOCKER_AUTH_CONFIG"] = $$$$"""{"credsStore":"evil","credHelpers":{"{{{{server.Address}}}}":"evil"}}""";
        await using var session = NewSession();
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Null(server.TokenRequests[0].Authorization);
    }

    [Fact]
    public async Task A_provider_of_the_caller_replaces_the_files()
    {
        await using var server = NewServer();
        _home.Write(".docker/config.json", Auth(server.Address, "file:1"));
        await using var session = new RegistrySession(
            environment: _environment.GetValueOrDefault, change: options => options with { CredentialProvider = new Provider() });
        await session.Repository(server.Address).ResolveAsync("1", Token);
        Assert.Equal("provider of team/app:own", Decoded(server.TokenRequests[0].Authorization));
    }

    private static AuthServer NewServer() => new()
    {
        OnRequest = exchange => exchange.RespondAsync(200, Image.Manifest, TestImage.ManifestType),
    };

    private static string Auth(string host, string pair) =>
        $$$$"""{"auths":{"{{{{host}}}}":{"auth":"{{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))}}}}"}}}""";

    private static string Decoded(string? authorization) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(authorization!["Basic ".Length..]));

    private RegistrySession NewSession() => new(environment: _environment.GetValueOrDefault);

    private sealed class Provider : ICredentialProvider
    {
        public ValueTask<RegistryCredential?> GetCredentialAsync(
            string registry, string repository, RegistryCredential? rejected, CancellationToken cancellationToken) =>
            new(rejected is null && registry.Length > 0 ? new RegistryCredential("provider of " + repository, "own") : null);
    }
}
