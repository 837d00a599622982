using System.Text.RegularExpressions;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Trust;

/// <summary>skopeo accepts the signatures of Add-ImageSignature and copied signatures, and its signatures are accepted by the
/// module.</summary>
public sealed partial class SkopeoSignatureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _images.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_signature_made_here_satisfies_the_policy_of_skopeo_and_another_key_does_not()
    {
        await RequireSkopeoAsync();
        await using var registry = await DockerRegistry.StartAsync(Token);
        using var engine = NewEngine(registry.Address);
        await engine.OutputAsync(
            "$null = Push-ImageTar $tar -Destination $registry/team/app:1; Add-ImageSignature $registry/team/app:1 -PrivateKey $private "
                + "-Password $password", Token);

        Assert.True(await AcceptsAsync(registry.Address, "one", """{"type":"matchRepository"}"""));
        Assert.False(await AcceptsAsync(registry.Address, "two", """{"type":"matchRepository"}"""));
    }

    [Fact]
    public async Task A_signature_of_skopeo_is_copied_through_cache_and_archive_and_skopeo_accepts_it()
    {
        await RequireSkopeoAsync();
        await using var outer = await DockerRegistry.StartAsync(Token);
        await using var inner = await DockerRegistry.StartAsync(Token);
        using var engine = NewEngine(outer.Address);
        engine["inner"] = inner.Address;
        await ExternalTools.RunAsync(
            "skopeo",
            [
                "--insecure-policy", "--registries.d", Configure(outer.Address), "copy", "-q", "--dest-tls-verify=false",
                "--sign-by-sigstore-private-key", SignedImages.PrivateKey("one"), "--sign-passphrase-file",
                _folder.Write("pass", SignedImages.Passphrase),
                $"docker-archive:{_images.Write("app")}", $"docker://{outer.Address}/team/app:1",
            ], Token);
        _folder.Write("policy.json", Policy("one", """{"type":"matchExact"}"""));

        await engine.OutputAsync(
            """
            $null = Save-ImageToCache $registry/team/app:1 -IncludeReferrers -SignaturePolicy $folder/policy.json
            $null = Export-ImageTar $registry/team/app:1 -Path $folder/app.tar -IncludeReferrers
            $null = Push-ImageTar $folder/app.tar -Destination $inner -IncludeReferrers
            """, Token);

        var remapped = $$"""{"type":"remapIdentity","prefix":"{{inner.Address}}","signedPrefix":"{{outer.Address}}"}""";
        Assert.True(await AcceptsAsync(inner.Address, "one", remapped));
        Assert.False(await AcceptsAsync(inner.Address, "two", remapped));
    }

    // Since 1.11, skopeo has sigstore keys as an option; Debian's 1.9 is built without sigstore.
    private static async Task RequireSkopeoAsync()
    {
        var text = (await ExternalTools.RunAsync("skopeo", ["--version"], Token)).Output;
        Assert.SkipUnless(
            Version.TryParse(VersionNumber().Match(text).Value, out var version) && version >= new Version(1, 11),
            $"sigstore signatures need skopeo 1.11 or later; this machine has {text.Trim()}.");
    }

    private Engine NewEngine(string registry)
    {
        var password = new System.Security.SecureString();
        Array.ForEach(SignedImages.Passphrase.ToCharArray(), password.AppendChar);
        return new Engine
        {
            ["registry"] = registry,
            ["tar"] = _images.Write("app"),
            ["folder"] = _folder.FullName,
            ["private"] = SignedImages.PrivateKey("one"),
            ["password"] = password,
        };
    }

    private async Task<bool> AcceptsAsync(string registry, string key, string identity)
    {
        try
        {
            await ExternalTools.RunAsync(
                "skopeo",
                [
                    "--policy", _folder.Write("skopeo.json", Policy(key, identity)), "--registries.d", Configure(registry),
                    "copy", "-q", "--src-tls-verify=false", $"docker://{registry}/team/app:1",
                    $"dir:{_folder[Guid.NewGuid().ToString("N")]}",
                ], Token);
            return true;
        }
        catch (ToolFailedException error)
        {
            Assert.Contains("Source image rejected", error.Message, StringComparison.Ordinal);
            return false;
        }
    }

    private static string Policy(string key, string identity) =>
        $$"""{"default":[{"type":"sigstoreSigned","keyPath":"{{SignedImages.PublicKey(key)}}","signedIdentity":{{identity}}}]}""";

    private string Configure(string registry)
    {
        Directory.CreateDirectory(_folder["registries.d"]);
        File.WriteAllText(Path.Combine(_folder["registries.d"], "default.yaml"),
            $"docker:\n  {registry}:\n    use-sigstore-attachments: true\n");
        return _folder["registries.d"];
    }

    [GeneratedRegex(@"\d+\.\d+(\.\d+)?")]
    private static partial Regex VersionNumber();
}
