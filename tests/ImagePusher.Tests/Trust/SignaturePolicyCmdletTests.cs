using System.Security.Cryptography;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Tests.Trust;

/// <summary>The gate of signature policies in the cmdlets.</summary>
public sealed class SignaturePolicyCmdletTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SmallImages _images = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public SignaturePolicyCmdletTests()
    {
        _folder.Write("key.pem", _key.ExportPkcs8PrivateKeyPem());
        _folder.Write("key.pub", _key.ExportSubjectPublicKeyInfoPem());
        _folder.Write("policy.json", """{"default":[{"type":"sigstoreSigned","keyPath":"key.pub"}]}""");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _key.Dispose();
        _images.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("Save-ImageToCache $image -CachePath $new -SignaturePolicy $policy")]
    [InlineData("Save-ImageToCache $image -CachePath $new -AllPlatforms -Force -SignaturePolicy $policy")]
    [InlineData("Copy-RegistryImage $image -Destination $registry/new/ -SignaturePolicy $policy")]
    [InlineData("Copy-RegistryImage $image -Destination $registry/new/ -SignaturePolicy $policy -PlanOnly")]
    [InlineData("Copy-RegistryImage $image -Destination $registry/new/ -SignaturePolicy $policy -WhatIf")]
    [InlineData("Copy-RegistryImage $image -Destination $image -SignaturePolicy $policy")]
    [InlineData("Push-CachedImage $image -Destination $registry/new/ -SignaturePolicy $policy")]
    [InlineData("Push-ImageTar $tar -Destination $registry/new/ -SignaturePolicy $policy")]
    [InlineData("Push-ImageTar $oci -Destination $registry/new/ -SignaturePolicy $policy")]
    [InlineData("Import-ImageTar $oci -CachePath $new -SignaturePolicy $policy")]
    [InlineData("Import-ImageTar $oci -CachePath $new -Reference registry.example/team/app:1 -SignaturePolicy $policy")]
    [InlineData("Export-ImageTar $image -Path $folder/new.tar -SignaturePolicy $policy")]
    [InlineData("Set-RegistryOption $registry -SignaturePolicy $policy; Push-ImageTar $tar -Destination $registry/new/")]
    [InlineData("Set-RegistryOption $registry -SignaturePolicy $policy; Save-ImageToCache $image -CachePath $new")]
    [InlineData("Set-RegistryOption -SignaturePolicy $policy; Copy-RegistryImage $image -Destination $registry/new/")]
    [InlineData("Set-RegistryOption $registry -ThrottleLimit 2; Set-RegistryOption -SignaturePolicy $policy; "
        + "Copy-RegistryImage $image -Destination $registry/new/")]
    [InlineData("Set-RegistryOption $registry -SignaturePolicy $policy; Copy-RegistryImage $image -Destination $registry/new/ "
        + "-SignaturePolicy $accept")]
    [InlineData("Send-ImageToEngine $image -EngineHost unix:///none.sock -SignaturePolicy $policy")]
    [InlineData("Send-ImageToEngine -Path $oci -EngineHost unix:///none.sock -SignaturePolicy $policy")]
    [InlineData("Send-ImageToEngine $image -EngineHost unix:///none.sock -SignaturePolicy $policy -WhatIf")]
    [InlineData("Save-ImageFile $image $folder/new.tar -SignaturePolicy $policy")]
    [InlineData("Get-CachedImage $image | Save-ImageFile -Path $folder/new.tar -SignaturePolicy $policy")]
    [InlineData("Save-ImageFile -LiteralPath $oci -Path $folder/new.tar -SignaturePolicy $policy")]
    [InlineData("Set-RegistryOption $registry -SignaturePolicy $policy; Save-ImageFile $image $folder/new.tar -SignaturePolicy $accept")]
    [InlineData("Set-RegistryOption $registry -SignaturePolicy $policy; Push-CachedImage $image -Destination $registry/new/")]
    [InlineData("Set-RegistryOption $registry -SignaturePolicy $policy; Sync-RegistryImage $sync -Destination $registry/new/ "
        + "| Where-Object State -ne Failed")]
    [InlineData("Sync-RegistryImage $sync -Destination $registry/new/ -SignaturePolicy $policy | Where-Object State -ne Failed")]
    [InlineData("Sync-RegistryImage $sync -Destination $registry/new/ -SignaturePolicy $policy -PlanOnly")]
    [InlineData("Sync-RegistryImage $sync -Destination $registry/new/ -SignaturePolicy $policy -WhatIf")]
    [InlineData("Get-SyncPlan $sync | Sync-RegistryImage -Destination $registry/new/ -SignaturePolicy $policy "
        + "| Where-Object State -ne Failed")]
    [InlineData("Sync-RegistryImage $sync -Destination $registry -SignaturePolicy $policy | Where-Object State -ne Failed")]
    [InlineData("Set-RegistryOption $registry -SignaturePolicy $policy; Save-ImageToCache $spelled/team/app:1 -CachePath $new")]
    [InlineData("Set-RegistryOption $spelled -SignaturePolicy $policy; Save-ImageToCache $image -CachePath $new")]
    [InlineData("Set-RegistryOption $registry -SignaturePolicy $policy; Push-ImageTar $tar -Destination $spelled/new/")]
    [InlineData("Set-RegistryOption $registry -SignaturePolicy $policy; Set-RegistryOption $spelled -SignaturePolicy ''; "
        + "Push-ImageTar $tar -Destination $spelled/new/")]
    public async Task Every_cmdlet_that_copies_rejects_an_unsigned_image(string script)
    {
        using var engine = await StartAsync();
        var outcome = await engine.RunAsync(script, Token);

        Assert.StartsWith("SignatureRejected,", outcome.SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(outcome.Output);
        Assert.False(File.Exists(_folder["new.tar"]));
        Assert.Empty(await engine.OutputAsync(
            "Get-CachedImage -CachePath $new; Get-RegistryRepository $registry | Where-Object Repository -like '*/new/*'", Token));
    }

    [Theory]
    [InlineData("Save-ImageToCache $image -CachePath $new -SignaturePolicy $policy")]
    [InlineData("Copy-RegistryImage $image -Destination $registry/new/ -SignaturePolicy $policy -IncludeReferrers")]
    [InlineData("Push-CachedImage $image -Destination $registry/new/ -SignaturePolicy $policy")]
    [InlineData("Save-ImageFile $image $folder/new.tar -SignaturePolicy $policy")]
    [InlineData("Export-ImageTar $image -Path $folder/new.tar -SignaturePolicy $policy -IncludeReferrers")]
    [InlineData("Export-ImageTar $image -Path $folder/new.tar -IncludeReferrers; Import-ImageTar $folder/new.tar -CachePath $new "
        + "-SignaturePolicy $policy")]
    [InlineData("Export-ImageTar $image -Path $folder/new.tar -IncludeReferrers; Push-ImageTar $folder/new.tar -Destination "
        + "$registry/new/ -SignaturePolicy $policy")]
    public async Task A_signed_image_is_accepted_in_registry_cache_and_archive(string script)
    {
        using var engine = await StartAsync();
        await engine.OutputAsync(
            "Add-ImageSignature $image -PrivateKey $folder/key.pem; Save-ImageToCache $image -IncludeReferrers -Force", Token);

        Assert.NotEmpty(await engine.OutputAsync(script, Token));
    }

    [Fact]
    public async Task Copied_signatures_are_valid_for_the_signed_name()
    {
        using var engine = await StartAsync();
        await engine.OutputAsync(
            "Add-ImageSignature $image -PrivateKey $folder/key.pem; Copy-RegistryImage $image -Destination $registry/new/ "
                + "-IncludeReferrers", Token);

        Assert.False(await engine.SingleAsync("Test-ImageSignature $registry/new/team/app:1 -PublicKey $folder/key.pub -Quiet", Token));
        Assert.True(await engine.SingleAsync(
            "Test-ImageSignature $registry/new/team/app:1 -PublicKey $folder/key.pub -SignedReference $image -Quiet", Token));
        Assert.True(await engine.SingleAsync("Test-ImageSignature $image -Policy $policy -Quiet", Token));
        Assert.False(await engine.SingleAsync("Test-ImageSignature $registry/new/team/app:1 -Policy $policy -Quiet", Token));
    }

    [Fact]
    public async Task A_tag_that_moves_after_the_verification_does_not_change_what_is_copied()
    {
        byte[] evil = [];
        using var client = Http.NewClient();
        var (isArmed, moved) = (false, 0);
        FakeRegistry? registry = null;
        await using var started = registry = FakeRegistry.Start(RegistryProfile.Distribution, new FakeRegistryOptions
        {
            BeforeRequest = request =>
            {
                // The first request after the tag was resolved: the tag now means another image.
                if (isArmed && request.Method is "GET" or "HEAD" && request.Is(request.Method, "/manifests/sha256")
                    && Interlocked.Exchange(ref moved, 1) == 0)
                {
                    using var content = new ByteArrayContent(evil)
                        { Headers = { ContentType = new("application/vnd.oci.image.manifest.v1+json") } };
                    using var message = new HttpRequestMessage(HttpMethod.Put,
                        new Uri($"{registry!.Url}v2/team/app/manifests/1")) { Content = content };
                    using var answer = client.Send(message, Token);
                    answer.EnsureSuccessStatusCode();
                }
            },
        });
        using var engine = new Engine
        {
            ["tar"] = _images.Write("good"),
            ["evil"] = _images.Write("evil"),
            ["registry"] = registry.Address,
            ["folder"] = _folder.FullName,
        };
        string signed = (await engine.SingleAsync(
            "$null = Push-ImageTar $evil -Destination $registry/team/app:2; $null = Push-ImageTar $tar -Destination "
                + "$registry/team/app:1; (Add-ImageSignature $registry/team/app:1 -PrivateKey $folder/key.pem).Digest",
            Token)).ToString();
        evil = await client.GetByteArrayAsync(new Uri($"{registry.Url}v2/team/app/manifests/2"), Token);
        isArmed = true;

        string copied = (await engine.SingleAsync(
            "(Copy-RegistryImage $registry/team/app:1 -Destination $registry/new/ -SignaturePolicy $folder/policy.json).Digest",
            Token)).ToString();

        Assert.Equal(1, moved);
        Assert.Equal(signed, copied);
        Assert.Equal(signed, (await engine.SingleAsync("(Get-RegistryManifest $registry/new/team/app:1).Digest", Token)).ToString());
        Assert.NotEqual(signed, (await engine.SingleAsync("(Get-RegistryManifest $registry/team/app:1).Digest", Token)).ToString());
    }

    [Theory]
    [InlineData("Save-ImageToCache $image -SignaturePolicy $folder/none.json", "PathNotFound")]
    [InlineData("Save-ImageToCache $image -SignaturePolicy $tar", "InvalidOption")]
    [InlineData("Set-RegistryOption $registry -SignaturePolicy $tar", "InvalidOption")]
    [InlineData("Test-ImageSignature $image", "InvalidOption")]
    [InlineData("Test-ImageSignature $image -PublicKey $folder/key.pub -Policy $policy", "InvalidOption")]
    [InlineData("Test-ImageSignature $image -PublicKey $folder/key.pem", "InvalidOption")]
    [InlineData("Test-ImageSignature $image -Keyless -Identity a", "InvalidOption")]
    [InlineData("Add-ImageSignature $image -PrivateKey $folder/key.pub", "InvalidOption")]
    [InlineData("Add-ImageSignature $image -PrivateKey $folder/key.pem -SignedReference 'UPPER/case'", "InvalidReference")]
    public async Task An_unusable_value_is_a_typed_error_before_any_work(string script, string id)
    {
        using var engine = await StartAsync();
        Assert.StartsWith(id + ",", (await engine.RunAsync(script, Token)).SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_as_plain_text_is_rejected_and_not_shown()
    {
        using var engine = await StartAsync();
        var error = (await engine.RunAsync("Add-ImageSignature $image -PrivateKey $folder/key.pem -Password 'hunter2-secret'",
            Token)).SingleError();

        Assert.Contains("plain text was rejected", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error + error.InvocationInfo.PositionMessage, StringComparison.Ordinal);
    }

    /// <summary>An unsigned image in a registry, in the cache, in a docker archive and in an OCI archive.</summary>
    private async Task<Engine> StartAsync()
    {
        var engine = new Engine
        {
            ["tar"] = _images.Write("app"),
            ["folder"] = _folder.FullName,
            ["storage"] = _folder["storage"],
            ["new"] = _folder["cache"],
            ["policy"] = _folder["policy.json"],
            ["oci"] = _folder["oci.tar"],
            ["sync"] = _folder["sync.yaml"],
            ["accept"] = _folder.Write("accept.json", """{"default":[{"type":"insecureAcceptAnything"}]}"""),
        };
        await engine.OutputAsync(
            """
            $registry = (Start-LocalRegistry -Port 0 -Path $storage).Registry
            $image = "$registry/team/app:1"
            $spelled = $registry -replace ':', ':0'
            Set-Content $sync "${registry}: { images: { team/app: ['1'] } }"
            $null = Push-ImageTar $tar -Destination $image
            $null = Save-ImageToCache $image
            $null = Export-ImageTar $image -Path $oci
            """, Token);
        return engine;
    }
}
