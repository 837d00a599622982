using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Tests.Sync;

/// <summary>The TLS settings of a sync file apply only to its registry and its run, not to other registries, files and commands.</summary>
public sealed class SyncAccessTests : IAsyncLifetime
{
    private readonly TestCertificates _ones = new();
    private readonly TestCertificates _others = new();
    private readonly TemporaryFolder _folder = new();
    private readonly Engine _engine = new();
    private FakeRegistry _one = null!;
    private FakeRegistry _other = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _one = Start(_ones);
        _other = Start(_others);
        Directory.CreateDirectory(_folder["certificates"]);
        File.Copy(_ones.AuthorityFile, _folder["certificates", "ca.crt"]);
        (_engine["one"], _engine["other"]) = (_one.Address, _other.Address);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _engine.Dispose();
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        _ones.Dispose();
        _others.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("ONE: {tls-verify: false, images: {app: ['1']}}\nOTHER: {images: {app: ['1']}}\n")]
    [InlineData("ONE: {cert-dir: CERTIFICATES, images: {app: ['1']}}\nOTHER: {images: {app: ['1']}}\n")]
    [InlineData("version: 1\ncreds: [{registry: ONE, tls: insecure}]\nsync:\n- {source: ONE/app:1, target: TARGET/a:1, type: image}\n"
        + "- {source: OTHER/app:1, target: TARGET/b:1, type: image}\n")]
    public async Task Another_registry_of_the_file_and_a_later_command_verify_as_before(string text)
    {
        var destination = text.StartsWith("version", StringComparison.Ordinal) ? "" : "$to/mirror/";
        var outcome = await RunAsync($"Sync-RegistryImage $file {destination}", text);
        Assert.Equal(["Copied", "Failed"], outcome.Output.Select(result => (string)((dynamic)result).State));
        Assert.Single(outcome.Errors);
        await RefusesAsync("Get-RegistryTag $one/app");
        await RefusesAsync("Copy-RegistryImage $one/app:1 -Destination $to/again/");
        Assert.Empty(await _engine.OutputAsync("Get-RegistryOption | Where-Object Registry -In $one, $other", Token));

        // A second file does not inherit the settings of the first one.
        Write("second.yml", "ONE: {images: {app: []}}");
        await RefusesAsync("Get-SyncPlan $second");
        await RefusesAsync("Get-SyncPlan $file | Out-Null; Sync-RegistryImage $second $to/second/");
    }

    [Fact]
    public async Task Files_of_one_pipeline_keep_their_own_settings()
    {
        Write("second.yml", "ONE: {images: {app: ['2']}}");
        var outcome = await RunAsync(
            "& { Get-SyncPlan $file; Get-SyncPlan $second } | Sync-RegistryImage -Destination $to/mirror/",
            "ONE: {tls-verify: false, images: {app: ['1']}}");
        Assert.Equal(["Copied", "Failed"], outcome.Output.Select(result => (string)((dynamic)result).State));
    }

    [Theory]
    [InlineData("ONE: {tls-verify: false, images: {app: ['1']}}")]
    [InlineData("ONE: {cert-dir: CERTIFICATES, images: {app: ['1']}}")]
    public async Task A_target_is_verified_even_if_the_source_is_not(string text)
    {
        Write("mirror.yml", text);
        var outcome = await _engine.RunAsync("Sync-RegistryImage $mirror $other/mirror/", Token);
        Assert.Equal("Failed", (string)((dynamic)Assert.Single(outcome.Output)).State);
        Assert.Empty(_other.Requests);
    }

    private async Task<Outcome> RunAsync(string script, string text)
    {
        await _engine.OutputAsync("$to = (Start-LocalRegistry -Port 0).Registry", Token);
        Write("file.yml", text);
        return await _engine.RunAsync(script, Token);
    }

    // The registry does not see a request: the handshake fails.
    private async Task RefusesAsync(string script)
    {
        var before = _one.Requests.Count;
        var outcome = await _engine.RunAsync(script, Token);
        Assert.NotEmpty(outcome.AllErrors);
        Assert.DoesNotContain(_one.Requests.Skip(before), request => request.Path.Contains("/app/", StringComparison.Ordinal));
    }

    private void Write(string name, string text) => _engine[Path.GetFileNameWithoutExtension(name)] = _folder.Write(name, text
        .Replace("ONE", _one.Address, StringComparison.Ordinal).Replace("OTHER", _other.Address, StringComparison.Ordinal)
        .Replace("TARGET", (string?)_engine["to"] ?? "", StringComparison.Ordinal)
        .Replace("CERTIFICATES", _folder["certificates"], StringComparison.Ordinal));

    private static FakeRegistry Start(TestCertificates certificates)
    {
        var registry = FakeRegistry.Start(RegistryProfile.Conformant, new FakeRegistryOptions { Certificates = certificates });
        registry.Add("app", TestImage.Of([1]), "1");
        registry.Add("app", TestImage.Of([2]), "2");
        return registry;
    }
}
