using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Credentials;

/// <summary>No password, identity token or bearer token is in any output stream with -Verbose and -Debug, or in any file, on a way with
/// everything that may say one.</summary>
public sealed class SecretTests : IDisposable
{
    private const string User = "ann";
    private const string Password = "pa:ss/w\u00f6rd-of-ann";
    private const string Refresh = "r3fresh/t0ken+of=ann";
    private const string Wrong = "wr0ng-secret-of-ann";

    // All streams combined, followed by the content of the error records.
    private const string Script = """
        $secret = [securestring]::new(); $env:REFRESH.ToCharArray() | ForEach-Object { $secret.AppendChar($_) }
        $wrong = [securestring]::new(); $env:WRONG.ToCharArray() | ForEach-Object { $wrong.AppendChar($_) }
        $VerbosePreference = $DebugPreference = $InformationPreference = 'Continue'
        & {
            if ($env:KIND -eq 'password') { Connect-Registry $env:REGISTRY -UserName ann -PasswordVariable PASSWORD }
            if ($env:KIND -eq 'token') { Connect-Registry $env:REGISTRY -IdentityToken $secret }
            Push-ImageTar app.tar -Destination "$env:REGISTRY/team/" -RetryIntervalSec 0
            Save-ImageToCache "$env:REGISTRY/team/app:1"
            Get-RegistryConnection
            Get-RegistryManifest "$env:REGISTRY/team/app:unknown"
            Get-RegistryTag "$env:REGISTRY/team/app" -Credential ([pscredential]::new('ann', $wrong))
            Connect-Registry $env:REGISTRY -UserName ann -PasswordVariable WRONG
            Connect-Registry $env:REGISTRY -IdentityToken $wrong
        } *>&1 | ForEach-Object {
            "$($_.GetType().Name): $_"
            foreach ($property in $_.PSObject.Properties) { "  $($property.Name)=$($property.Value)" }
        }
        foreach ($record in $Error) {
            "$record|$($record.Exception)|$($record.ErrorDetails.RecommendedAction)|$($record.TargetObject)|$($record.ScriptStackTrace)"
        }
        """;

    private readonly PwshProcess _shell = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _shell.Dispose();

    [Theory]
    [InlineData("file", "password")]
    [InlineData(null, "token")]
    public async Task A_secret_is_in_no_stream_and_no_file(string? killed, string ended)
    {
        await using var tokens = TokenServer.Start(new TokenServerOptions
        {
            Users = new Dictionary<string, string> { [User] = Password },
            RefreshTokens = new Dictionary<string, string> { [Refresh] = User },
            AllowsAnonymous = false,
        });
        await using var registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { TokenAuthority = tokens.Authority }, Token);
        await using var proxy = FaultProxy.Start(registry.Address);
        Prepare(proxy.Address, withFile: killed == "file");
        if (killed is not null)
        {
            await RunAndKillAsync(killed, proxy, tokens);
        }

        proxy.On("PATCH").Take(1).CutUp(1_000_000);
        proxy.On("GET", "manifests/1$").Take(1).Respond(500);
        _shell.Environment["KIND"] = ended;
        var end = await _shell.RunAsync(["-File", "way.ps1"]);
        NothingIsSaid(tokens, end.Output + end.Error, "blobs");
        foreach (var expected in new[] { "ImagePushResult", "CachedImage", "VerboseRecord", "DebugRecord", "RegistryUnauthorizedException",
            "ManifestNotFoundException" })
        {
            Assert.Contains(expected, end.Output, StringComparison.Ordinal);
        }
    }

    /// <summary>Kills a process in the middle of an upload: its journal and partial files are left as they are then.</summary>
    private async Task RunAndKillAsync(string kind, FaultProxy proxy, TokenServer tokens)
    {
        _shell.Environment["KIND"] = kind;
        var standstill = proxy.On("PATCH", "uploads").If(request => request.Header("Transfer-Encoding") is not null).Take(1)
            .StallUp(3_000_000);
        using var process = _shell.Launch("-File", "way.ps1");
        process.StandardInput.Close();
        var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(Token), process.StandardError.ReadToEndAsync(Token));
        await standstill.Reached.SoonAsync();
        process.Kill();
        NothingIsSaid(tokens, string.Concat(await said), "uploads");
        proxy.Release();
    }

    private void Prepare(string registry, bool withFile)
    {
        _shell.Folder.Write("app.tar",
            DockerSave.Of("example.com/app:1", LayerTar.Of(("opt/data", Http.RandomBytes(9_000_000)))).ToArray());
        _shell.Folder.Write("way.ps1", Script);
        if (withFile)
        {
            // The only file that contains it; it belongs to the user and is not searched.
            var auth = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{User}:{Password}"));
            _shell.Docker.Write("config.json", $$"""{"auths":{"{{registry}}":{"auth":"{{auth}}"} } }""");
        }

        foreach (var (name, value) in new[] { ("REGISTRY", registry), ("PASSWORD", Password), ("REFRESH", Refresh), ("WRONG", Wrong) })
        {
            _shell.Environment[name] = value;
        }
    }

    private void NothingIsSaid(TokenServer tokens, string said, string fileIn)
    {
        Assert.NotEmpty(tokens.Issued);
        var search = new SecretSearch().Add(Password, User).Add(Refresh, "<token>").Add(Wrong, User);
        tokens.Issued.ToList().ForEach(token => search.Add(token.Text));
        search.IsNotIn(said);
        var files = search.IsNotBelow(_shell.Home);
        Assert.Contains(files, file => file.DirectoryName!.Contains($"{Path.DirectorySeparatorChar}{fileIn}", StringComparison.Ordinal));
    }
}
