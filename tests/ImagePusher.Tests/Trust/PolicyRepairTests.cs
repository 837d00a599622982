using System.Security.Cryptography;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Trust;

/// <summary>Repair-CachedImage under a signature policy.</summary>
public sealed class PolicyRepairTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SmallImages _images = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _key.Dispose();
        _images.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("Set-RegistryOption $registry -SignaturePolicy $policy; Repair-CachedImage $image")]
    [InlineData("Set-RegistryOption -SignaturePolicy $policy; Repair-CachedImage $image")]
    [InlineData("Repair-CachedImage $image -SignaturePolicy $policy")]
    [InlineData("Repair-CachedImage $image -SignaturePolicy $policy -WhatIf")]
    [InlineData("Repair-CachedImage $image -Path $oci -SignaturePolicy $policy")]
    public async Task An_unsigned_image_is_not_repaired_and_its_damaged_content_is_kept(string script)
    {
        using var engine = await StartAsync("$null = Save-ImageToCache $image; $null = Export-ImageTar $image -Path $oci");
        var damaged = Damage(engine);

        var outcome = await engine.RunAsync(script, Token);

        Assert.StartsWith("SignatureRejected,", outcome.SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(outcome.Output);
        Assert.Equal(new byte[new FileInfo(damaged).Length], await File.ReadAllBytesAsync(damaged, Token));
    }

    [Theory]
    [InlineData("Add-ImageSignature $image -PrivateKey $key", "Save-ImageToCache $image")]
    [InlineData("Add-ImageSignature $image -PrivateKey $key", "Save-ImageToCache $image; $null = Push-ImageTar $other -Destination $image")]
    [InlineData("Add-ImageSignature $multi -PrivateKey $key", "Save-ImageToCache $multi -Platform linux/arm64")]
    [InlineData("Add-ImageSignature $multi -PrivateKey $key", "Save-ImageToCache $multi -Platform linux/arm64, linux/amd64")]
    public async Task A_signed_image_is_repaired_as_it_was_saved(string sign, string save)
    {
        using var engine = await StartAsync($"$null = {sign}; $null = {save}");
        Damage(engine);

        var repaired = await engine.SingleAsync("Repair-CachedImage * -SignaturePolicy $policy", Token);

        Assert.True((bool)repaired.IsComplete);
        Assert.True(await engine.SingleAsync("Test-CachedImage * -Full -Quiet", Token));
    }

    [Fact]
    public async Task A_cache_that_names_a_signed_index_as_the_source_of_another_image_is_rejected()
    {
        using var engine = await StartAsync(
            "$null = Add-ImageSignature $multi -PrivateKey $key; $null = Save-ImageToCache $multi -Platform linux/arm64");
        string source = (await engine.SingleAsync("Get-CachedImage", Token)).SourceDigest;
        await engine.OutputAsync("Remove-CachedImage *; Copy-RegistryImage $image -Destination $multi; Save-ImageToCache $multi", Token);
        var index = Path.Combine(engine.CachePath, "index.json");
        var text = await File.ReadAllTextAsync(index, Token);
        await File.WriteAllTextAsync(
            index, text.Replace("\"annotations\":{", $"\"annotations\":{{\"io.imagepusher.source-digest\":\"{source}\",",
                StringComparison.Ordinal), Token);
        Assert.Equal(source, (string)(await engine.SingleAsync("Get-CachedImage", Token)).SourceDigest);
        Damage(engine);

        var outcome = await engine.RunAsync("Repair-CachedImage * -SignaturePolicy $policy", Token);

        Assert.StartsWith("SignatureRejected,", outcome.SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    /// <summary>Fills the largest blob of the cache with zeros.</summary>
    private static string Damage(Engine engine)
    {
        var blob = new DirectoryInfo(Path.Combine(engine.CachePath, "blobs", "sha256")).GetFiles().MaxBy(file => file.Length)!;
        File.WriteAllBytes(blob.FullName, new byte[blob.Length]);
        return blob.FullName;
    }

    /// <summary>An image and an index in a registry.</summary>
    private async Task<Engine> StartAsync(string script)
    {
        var engine = new Engine
        {
            ["key"] = _folder.Write("key.pem", _key.ExportPkcs8PrivateKeyPem()),
            ["public"] = _folder.Write("key.pub", _key.ExportSubjectPublicKeyInfoPem()),
            ["policy"] = _folder.Write("policy.json", """{"default":[{"type":"sigstoreSigned","keyPath":"key.pub"}]}"""),
            ["tar"] = _images.Write("app"),
            ["other"] = _images.Write("other"),
            ["oci"] = _folder["oci.tar"],
            ["layout"] = MultiPlatform.Write(_folder["multi"]).Layout,
            ["storage"] = _folder["storage"],
        };
        await engine.OutputAsync(
            """
            $registry = (Start-LocalRegistry -Port 0 -Path $storage).Registry
            $image = "$registry/team/app:1"
            $multi = "$registry/team/multi:1"
            $null = Push-ImageTar $tar -Destination $image
            $null = Push-ImageTar $layout -Destination $multi
            """ + "\n" + script, Token);
        return engine;
    }
}
