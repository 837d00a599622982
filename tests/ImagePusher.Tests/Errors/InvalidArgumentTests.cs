using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Errors;

/// <summary>An invalid argument is one error, before anything is done: its id, its target, and the rule or the value that breaks
/// it.</summary>
public sealed class InvalidArgumentTests : IDisposable
{
    private const string Validation = "ParameterArgumentValidationError";
    private const string Transformation = "ParameterArgumentTransformationError";
    private const string Conversion = "CannotConvertArgumentNoMessage";

    // The script, the id of its one error, the target (null for any), and a part of the message or of the recommended action.
    private static readonly (string Script, string Id, string? Target, string Text)[] Table =
    [
        ("Push-CachedImage * -Destination localhost:1 -ThrottleLimit 0", Validation, null,
            "0 is too small: specify the maximum number of concurrent transfers, from 1 to 64."),
        ("Push-ImageTar $tar -Destination localhost:1 -ThrottleLimit 65", Validation, null, "65 is too large"),
        ("Save-ImageToCache x -MaximumRetryCount -1", Validation, null,
            "specify the maximum number of retries of a failed request, from 0 to 100."),
        ("Save-ImageToCache x -RetryIntervalSec 3601", Validation, null, "specify the seconds before the first retry, from 0 to 3600."),
        ("Set-RegistryOption -ChunkSize 5", Validation, null, "specify the size of a chunk in bytes, from 65536 to 1073741824."),
        ("Set-RegistryOption -ThrottleLimit 0", Validation, null, "from 1 to 64"),
        ("Set-RegistryOption -ConnectTimeoutSec 0", Validation, null, "specify the seconds to wait for a connection, from 1 to 3600."),
        ("Set-RegistryOption -IdleTimeoutSec 0", Validation, null, "specify the seconds to wait for data, from 1 to 86400."),
        ("Start-LocalRegistry -Port 65536", Validation, null, "specify the port, or 0 for any free port, from 0 to 65535."),
        ("Optimize-ImageCache -GracePeriod '-1:00'", Validation, null, "-01:00:00 is too small"),
        ("Optimize-ImageCache -GracePeriod 24", Transformation, null,
            "'24' has no unit. Specify 24s, 24m, 24h or 24d, or a TimeSpan such as 1.12:00:00."),
        ("Optimize-ImageCache -GracePeriod '1.5'", Transformation, null, "'1.5' has no unit."),
        ("Optimize-ImageCache -GracePeriod soon", Transformation, null, "'soon' is not a duration."),
        ("Import-ImageTar $tar -CompressionLevel 0", Validation, null, "specify the level of gzip (1 to 9) or of zstd (1 to 19)"),
        ("Import-ImageTar $tar -CompressionLevel 10", "InvalidOption", "10", "Invalid compression level 10: Gzip has the levels 1 to 9."),
        ("Push-ImageTar $tar localhost:1 -Compression Gzip -CompressionLevel 19", "InvalidOption", "19", "Specify a level from 1 to 9."),
        ("Import-ImageTar $tar -Compression lzma", Conversion, null, "Auto, None, Gzip, Zstd"),
        ("Import-ImageTar $tar -ManifestFormat v1", Conversion, null, "Oci, Docker"),
        ("Export-ImageTar * x.tar -Format zip", Conversion, null, "Oci, Docker"),
        ("Export-ImageTar * x.tar -Format Docker -Platform linux/amd64, linux/arm64", "InvalidOption", null, "one platform"),
        ("Import-ImageTar $tar -Platform linux/amd64, linux", "InvalidReference", "linux", "linux"),
        ("Save-ImageToCache x -Platform arm64", "InvalidReference", "arm64", "such as linux/arm64"),
        ("Get-ImageConfig ./app.tar", "InvalidReference", "./app.tar", "For the path of an image archive, specify -Path."),
        ("Get-ImageFile app.tar", "InvalidReference", "app.tar", "specify -Path."),
        ("Push-CachedImage ./app.tar -Destination localhost:1", "InvalidReference", "./app.tar", "Push-ImageTar pushes an image archive."),
        ("Save-ImageToCache ../app.tgz", "InvalidReference", "../app.tgz", "Import-ImageTar imports it into the cache."),
        ("Sync-RegistryImage $tar -PruneUnknown", "InvalidOption", null, "Specify -Prune with -PruneUnknown."),
        ("Export-ImageLock localhost:1/a:1 -Path l.yml", "InvalidReference", null, "Resolve-ImageDigest does it."),
        ("Save-ImageToCache x -Platform ','", "InvalidReference", ",", "os/architecture"),
        ("Copy-RegistryImage x localhost:1 -Platform a/b/c/d", "InvalidReference", "a/b/c/d", "a/b/c/d"),
        ("Get-RegistryManifest x -Platform linux", "InvalidReference", "linux", "os/architecture"),
        ("'a' | Select-ImageShard 11/10", "InvalidReference", "11/10", "11/10"),
        ("Get-RegistryTag x -Version newest", "InvalidReference", "newest", "newest"),
        ("Get-RegistryTag x -Filter 1.*, '['", "InvalidOption", "[", "Close the bracket"),
        ("Get-RegistryRepository localhost:1 -Filter '['", "InvalidOption", "[", "Close the bracket"),
        ("Get-CachedImage '['", "InvalidOption", "[", "Close the bracket"),
        ("Push-CachedImage '[' -Destination localhost:1", "InvalidOption", "[", "Close the bracket"),
        ("Test-CachedImage '[' -Quiet", "InvalidOption", "[", "Close the bracket"),
        ("Get-ImageTar $tar -Image '['", "InvalidOption", null, "Close the bracket"),
        ("Import-ImageTar '['", "PathNotFound", "[", "No file or folder matches '['."),
        ("Get-CachedImage -Digest sha256:12", "InvalidReference", "sha256:12", "sha256:12"),
        ("Push-CachedImage * -Digest latest -Destination localhost:1", "InvalidReference", "latest", "latest"),
        ("Save-ImageToCache 'A B'", "InvalidReference", "A B", "A B"),
        ("Save-ImageToCache ''", "InvalidReference", "", "''"),
        ("Save-ImageToCache https://localhost:1/app:1", "InvalidReference", "https://localhost:1/app:1", "localhost:1/app:1"),
        ("Push-CachedImage * -Destination http://localhost:1/team/", "InvalidReference", "http://localhost:1/team/", "localhost:1/team"),
        ("Connect-Registry https://localhost:1", "InvalidReference", "https://localhost:1", "localhost:1"),
        ("Set-RegistryOption HTTP://localhost:1 -ThrottleLimit 2", "InvalidReference", "HTTP://localhost:1", "localhost:1"),
        ("Get-RegistryTag ghcr.io", "InvalidReference", "ghcr.io", "it names a registry and no repository."),
        ("Get-RegistryManifest localhost:5000", "InvalidReference", "localhost:5000", "it names a registry and no repository."),
        ("Save-ImageToCache registry.example.com:443", "InvalidReference", "registry.example.com:443",
            "it names a registry and no repository."),
        ("Get-RegistryTag localhost:1", "InvalidReference", "localhost:1", "such as localhost:1/team/app:1.0."),
        ("Get-RegistryTag registry:5000", "InvalidReference", "registry:5000",
            "such as registry:5000/team/app, or docker.io/library/registry for that of Docker Hub."),
        ("Get-RegistryTag intranet:443", "InvalidReference", "intranet:443", "it names a registry and no repository"),
        ("'nexus:8083' | Get-RegistryTag -Sort", "InvalidReference", "nexus:8083", "it names a registry and no repository"),
        ("Get-RegistryTag localhost:1\\team\\app", "InvalidReference", null, "Use 'localhost:1/team/app'."),
        ("Push-ImageTar $tar -Destination ghcr.io\\owner\\", "InvalidReference", null, "Use 'ghcr.io/owner/'."),
        ("Save-ImageToCache team\\app:1.0", "InvalidReference", null, "Use 'team/app:1.0'."),
        ("Save-ImageToCache x -Platform linux\\arm64", "InvalidReference", null, "Separate the parts by '/'."),
        ("Save-ImageToCache bob:S3cret@localhost:1/app:1", "InvalidReference", null,
            "Use 'localhost:1/app:1', and specify the credential apart from it. Sign in with Connect-Registry, or specify -Credential."),
        ("Push-ImageTar $tar -Destination Team/App", "InvalidReference", null, "For Docker Hub use docker.io/team/app."),
        ("Push-ImageTar $tar -Destination bob:S3cret@ghcr.io/owner/", "InvalidReference", null, "no user name and password"),
        ("Connect-Registry me:secret@ghcr.io -Credential $null", "InvalidReference", null, "Use 'ghcr.io'"),
        ("Push-ImageTar $tar -Destination '$env:REGISTRY/app:1'", "InvalidReference", null, "does not replace variables in single quotes"),
        ("Save-ImageToCache '%REGISTRY%/app'", "InvalidReference", null, "'%REGISTRY%' in it was not replaced"),
        ("Copy-RegistryImage 'ghcr.io/$owner/app' ghcr.io/x/", "InvalidReference", null, "'$owner' in it was not replaced"),
        ("Push-ImageTar '%TEMP%/app.tar' localhost:1", "PathNotFound", null, "does not replace variables in single quotes"),
        ("Get-ImageTar '$env:HOME/app.tar'", "PathNotFound", null, "does not replace variables in single quotes"),
        ("[pscustomobject]@{ Name = 'a' } | Push-CachedImage -Destination localhost:1", "InvalidReference", null, "whole object"),
        ("@{ Reference = 'a' } | Save-ImageToCache", "InvalidReference", null, "whole object"),
        ("Save-ImageToCache 'ghcr.io/<owner>/app'", "InvalidReference", null, "'<owner>' in it was not replaced"),
        ("Save-ImageToCache 'ghcr.io/{{ .Values.owner }}/app'", "InvalidReference", null, "'{{ .Values.owner }}' in it was not replaced"),
        ("Import-ImageTar $tar -Reference team/", "InvalidReference", "$tar", "team/"),
        ("Connect-Registry team/app", "InvalidReference", "team/app", "Specify host[:port], such as ghcr.io or localhost:5000."),
        ("Set-RegistryOption 'a b' -ThrottleLimit 1", "InvalidReference", "a b", "Specify host[:port]"),
        ("Set-RegistryOption localhost:1 -Mirror a.example.com, 'no mirror'", "InvalidReference", "no mirror",
            "Specify host[:port] or host[:port]/prefix"),
        ("Set-RegistryOption localhost:1 -PathPrefix ../up", "InvalidReference", "../up", "Invalid path prefix '../up'."),
        ("Set-ImageCache nodrive:/x", "PathNotFound", "nodrive:/x", "The drive of 'nodrive:/x' does not exist."),
        ("Set-ImageCache Env:/x", "InvalidOption", "Env:/x",
            "'Env:/x' is not a file system path: it is a path of the provider Environment."),
        ("Get-ImageCache Variable:x", "InvalidOption", "Variable:x", "not a file system path"),
        ("Push-CachedImage * -CachePath Env:/x -Destination localhost:1", "InvalidOption", "Env:/x", "not a file system path"),
        ("Save-ImageToCache x -CachePath Env:/x", "InvalidOption", "Env:/x", "not a file system path"),
        ("Start-LocalRegistry -Port 0 -CachePath Env:/x", "InvalidOption", "Env:/x", "not a file system path"),
        ("Export-ImageTar * Env:/x.tar", "InvalidOption", "Env:/x.tar", "not a file system path"),
        ("Export-ImageTar * \"a`0b\"", "InvalidOption", "a\0b", "it contains a null character."),
        ("Connect-Registry localhost:1 -CertificateAuthority Env:/x", "InvalidOption", "localhost:1", "not a file system path"),
        ("Connect-Registry localhost:$port -CertificateAuthority $missing", "PathNotFound", "localhost:$port", "The certificate file"),
        ("Connect-Registry localhost:$port -ClientCertificate $missing", "PathNotFound", "localhost:$port", "The certificate file"),
        ("Set-ImageCache $tar", "InvalidOption", "$tar", "is a regular file"),
        ("Start-LocalRegistry -Port 0 -CachePath $tar", "InvalidOption", "$tar", "is a regular file"),
        ("Start-LocalRegistry -Port 0 -Path $tar", "InvalidOption", "$tar", "is a regular file"),
        ("Stop-LocalRegistry localhost:1", "NotConnected", "localhost:1", "Get-LocalRegistry lists the registries that it serves."),
        ("Disconnect-Registry localhost:1", "NotConnected", "localhost:1", "Get-RegistryConnection lists the connections."),
        ("Connect-Registry localhost:1 -UserName me -PasswordVariable NOT_SET", "InvalidOption", "localhost:1",
            "The environment variable NOT_SET for the password of me is not set."),
    ];

    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_invalid_argument_is_one_error_with_its_own_id()
    {
        using var engine = new Engine { ["tar"] = _images.Write("app"), ["missing"] = _images["missing.pem"] };
        engine["port"] = (long)(await engine.SingleAsync("$null = Import-ImageTar $tar; Start-LocalRegistry -Port 0", Token)).Port;
        try
        {
            var wrong = new List<string>();
            foreach (var (script, id, target, text) in Table)
            {
                var outcome = await engine.RunAsync(script, Token);
                if (Problem(engine, outcome, id, target, text) is { } problem)
                {
                    wrong.Add($"{script}\n    {problem}");
                }
            }

            Assert.True(wrong.Count == 0, string.Join('\n', wrong));
            Assert.Single(await engine.OutputAsync("Get-LocalRegistry", Token));
        }
        finally
        {
            await engine.RunAsync("Get-LocalRegistry | Stop-LocalRegistry", Token);
        }
    }

    [Theory]
    [InlineData("0", "00:00:00")]
    [InlineData("90s", "00:01:30")]
    [InlineData("'30m'", "00:30:00")]
    [InlineData("24h", "1.00:00:00")]
    [InlineData("7d", "7.00:00:00")]
    [InlineData("'1.12:00:00'", "1.12:00:00")]
    [InlineData("([timespan]::FromHours(2))", "02:00:00")]
    public async Task A_grace_period_is_a_TimeSpan_or_a_number_with_a_unit(string value, string expected)
    {
        using var engine = new Engine { ["expected"] = TimeSpan.Parse(expected, System.Globalization.CultureInfo.InvariantCulture) };
        var attribute = "(Get-Command Optimize-ImageCache).Parameters['GracePeriod'].Attributes.Where({ $_.GetType().Name -eq "
            + "'DurationAttribute' })[0]";
        Assert.True((bool)await engine.SingleAsync(
            $"{attribute}.Transform($ExecutionContext, {(char.IsDigit(value[0]) && value != "0" ? $"'{value}'" : value)}) -eq $expected",
            Token));
    }

    public void Dispose() => _images.Dispose();

    private static string? Problem(Engine engine, Outcome outcome, string id, string? target, string text)
    {
        if (outcome.AllErrors is not [var error] || outcome.Output.Count > 0)
        {
            return $"{outcome.AllErrors.Count} errors and {outcome.Output.Count} objects: {string.Join(" | ", outcome.AllErrors)}";
        }

        var shown = $"{error.ErrorDetails?.Message ?? error.Exception.Message} {error.ErrorDetails?.RecommendedAction}";
        var expected = target?.Replace("$port", engine["port"]!.ToString(), StringComparison.Ordinal).Replace("$tar",
            engine["tar"]!.ToString(), StringComparison.Ordinal);
        return error.FullyQualifiedErrorId.Split(',')[0] != id ? $"{error.FullyQualifiedErrorId}: {shown}"
            : !shown.Contains(text, StringComparison.Ordinal) ? shown
            : expected is not null && error.TargetObject?.ToString() != expected ? $"The target is '{error.TargetObject}'."
            : shown.Contains("Exception", StringComparison.Ordinal) || shown.Contains("   at ", StringComparison.Ordinal) ? shown
            : null;
    }
}
