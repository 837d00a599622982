using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Tests.Trust;

/// <summary>Sources that respond differently the second time. Digests prove content, but not its absence.</summary>
public sealed class ChangingSourceTests : TrustTest
{
    private static readonly CopyOptions Amd64 = new() { Platforms = [Platform.Parse("linux/amd64")] };

    private static readonly CopyOptions Both = new()
    {
        Platforms = [Platform.Parse("linux/amd64"), Platform.Parse("linux/arm64")],
        AllowPartial = true,
    };

    [Fact]
    public async Task An_image_that_is_missing_while_platforms_are_read_is_not_chosen_unverified()
    {
        var (evil, good) = (Image("evil"), Image("good"));
        var index = Index("", Json(evil.Descriptor), Json(good.Descriptor));
        Sign(good, App.ToString(), Signer);
        Source.Hide(evil.Digest, times: 1);

        await CopyUnderPolicyAsync(index, Requires(Signer), Amd64);

        Assert.Equal(good.Digest, Target.Names[App.ToString()]);
        Assert.DoesNotContain(evil.Digest, Target.Manifests.Keys);
    }

    [Fact]
    public async Task A_nested_index_that_is_missing_at_first_does_not_add_unsigned_images()
    {
        var (good, arm, evil) = (Image("good"), Image("arm", "linux/arm64"), Image("evil"));
        var nested = Index("", Json(evil.Descriptor, On("amd64")));
        var index = Index("", Json(nested.Descriptor), Json(good.Descriptor, On("amd64")), Json(arm.Descriptor, On("arm64")));
        SignAll(good, arm);
        Source.Hide(nested.Digest, times: 2);

        await CopyUnderPolicyAsync(index, Requires(Signer), Both);

        Assert.Contains(good.Digest, Target.Manifests.Keys);
        Assert.DoesNotContain(evil.Digest, Target.Manifests.Keys);
    }

    [Fact]
    public async Task An_image_that_is_missing_at_first_is_not_copied_unverified()
    {
        var (good, evil) = (Image("good"), Image("evil", "linux/arm64"));
        var more = Image("more", "linux/riscv64");
        var index = Index("", Json(good.Descriptor, On("amd64")), Json(evil.Descriptor, On("arm64")), Json(more.Descriptor, On("riscv64")));
        Sign(good, App.ToString(), Signer);
        Source.Hide(evil.Digest, times: 1);

        await CopyUnderPolicyAsync(index, Requires(Signer), Both);

        Assert.DoesNotContain(evil.Digest, Target.Manifests.Keys);
    }

    [Fact]
    public async Task A_referrer_that_is_missing_when_it_is_examined_is_not_copied_unexamined()
    {
        var image = Image("layer");
        Sign(image, App.ToString(), Signer);
        var evil = Image("evil", fields: $"\"subject\":{Json(image.Descriptor)}");
        Source.HideManifest(evil.Digest, times: 1);

        await CopyUnderPolicyAsync(image, Requires(Signer), new CopyOptions { IncludeReferrers = true });

        Assert.DoesNotContain(evil.Digest, Target.Manifests.Keys);
        Assert.Contains("no longer has it", Assert.Single(Log.Warnings), StringComparison.Ordinal);
    }

    private static string On(string architecture) => $$"""
        "platform":{"os":"linux","architecture":"{{architecture}}"}
        """;

    private void SignAll(params Manifest[] images)
    {
        foreach (var image in images)
        {
            Sign(image, App.ToString(), Signer);
        }
    }
}
