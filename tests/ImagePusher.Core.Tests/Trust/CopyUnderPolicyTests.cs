using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Transfer;
using ImagePusher.Core.Trust;

namespace ImagePusher.Core.Tests.Trust;

public sealed class CopyUnderPolicyTests : TrustTest
{
    [Fact]
    public async Task A_signed_image_is_copied()
    {
        var image = Image("layer");
        Sign(image, App.ToString(), Signer);

        var result = await CopyUnderPolicyAsync(image, Requires(Signer));

        Assert.Equal(image.Digest, result.Manifest.Digest);
        Assert.Equal(image.Digest, Target.Names[App.ToString()]);
        Assert.Empty(Log.Warnings);
    }

    [Fact]
    public async Task An_unsigned_image_is_rejected_before_anything_is_sent()
    {
        var error = await AssertRejectedAsync(Image("layer"), Requires(Signer));

        Assert.Contains("has no signature", error.Message, StringComparison.Ordinal);
        Assert.Contains("default[0]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unsigned_image_that_the_target_has_is_rejected_too()
    {
        var image = Image("layer");
        await CopyAsync(image);
        Target.Names[App.ToString()] = image.Digest;

        await Assert.ThrowsAsync<SignatureRejectedException>(() => CopyUnderPolicyAsync(image, Requires(Signer)));
    }

    [Fact]
    public async Task A_signature_that_was_moved_to_another_repository_is_rejected()
    {
        var image = Image("layer");
        Sign(image, App.ToString(), Signer);

        await AssertRejectedAsync(image, Requires(Signer), name: ImageReference.Parse("registry.example/team/moved:1"));
    }

    [Fact]
    public async Task The_plan_of_a_rejected_image_is_an_error()
    {
        using var limits = new TransferSlots();
        var selection = new ImageSelection(Source, Image("layer").Descriptor) { Name = App };
        var options = new CopyOptions { Policy = SignaturePolicy.Load(Requires(Signer)) };

        await Assert.ThrowsAsync<SignatureRejectedException>(
            () => new ImageCopier(limits, null).PlanAsync(selection, Target, App, options, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_signature_of_an_index_applies_to_its_platform_with_a_warning_about_the_copy()
    {
        var child = Image("amd64");
        var index = Index("", Json(child.Descriptor, On("amd64")));
        Sign(index, App.ToString(), Signer);

        var result = await CopyUnderPolicyAsync(index, Requires(Signer), OnlyAmd64);

        Assert.Equal(child.Digest, result.Manifest.Digest);
        var warning = Assert.Single(Log.Warnings);
        Assert.Contains($"is of {index.Digest}, but", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_platform_is_accepted_by_its_own_signature_where_the_index_has_none()
    {
        var child = Image("amd64");
        var index = Index("", Json(child.Descriptor, On("amd64")));
        Sign(child, App.ToString(), Signer);

        var result = await CopyUnderPolicyAsync(index, Requires(Signer), OnlyAmd64);

        Assert.Equal(child.Digest, result.Manifest.Digest);
        Assert.Empty(Log.Warnings);
    }

    [Fact]
    public async Task The_signature_of_a_child_does_not_apply_to_its_index_or_a_second_platform()
    {
        var (signed, unsigned) = (Image("amd64"), Image("arm64", "linux/arm64"));
        var index = Index(
            "", Json(signed.Descriptor, On("amd64")),
            Json(unsigned.Descriptor, On("arm64")));
        Sign(signed, App.ToString(), Signer);

        await AssertRejectedAsync(index, Requires(Signer));
        await AssertRejectedAsync(index, Requires(Signer), new CopyOptions { Platforms = [Platform.Parse("linux/arm64")] });
        await AssertRejectedAsync(
            index, Requires(Signer), new CopyOptions { Platforms = [Platform.Parse("linux/amd64"), Platform.Parse("linux/arm64")] });
    }

    [Fact]
    public async Task A_rewritten_layer_gives_one_warning_that_the_signature_does_not_apply()
    {
        var image = Image("layer", layerType: MediaTypes.OciLayer);
        Sign(image, App.ToString(), Signer);

        var result = await CopyUnderPolicyAsync(image, Requires(Signer), new CopyOptions { Compression = LayerCompression.Gzip });

        Assert.NotEqual(image.Digest, result.Manifest.Digest);
        Assert.Single(Log.Warnings);
        Assert.DoesNotContain(Source.Tagged.Keys, digest => digest == result.Manifest.Digest);
    }

    [Fact]
    public async Task Signatures_are_copied_as_referrers_and_an_image_disguised_as_a_referrer_is_not()
    {
        var image = Image("layer");
        Sign(image, App.ToString(), Signer);
        var disguised = Image("evil", fields: $"\"subject\":{Json(image.Descriptor)}");
        var typeless = Image("typeless", layerType: "application/x-anything", fields: $"\"subject\":{Json(image.Descriptor)}");

        await CopyUnderPolicyAsync(image, Requires(Signer), new CopyOptions { IncludeReferrers = true });

        Assert.Contains($"registry.example/team/app:sha256-{image.Digest.Encoded}.sig", Target.Names.Keys);
        Assert.DoesNotContain(disguised.Digest, Target.Manifests.Keys);
        Assert.DoesNotContain(typeless.Digest, Target.Manifests.Keys);
        Assert.Equal(2, Log.Warnings.Count);
        Assert.All(Log.Warnings, warning => Assert.Contains("is omitted", warning, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_requirement_for_signatures_none_is_read()
    {
        var image = Image("layer");
        Source.Tagged[image.Digest] = [new TaggedReferrer("sha256-x.sig", image.Descriptor)];

        await CopyUnderPolicyAsync(image, WritePolicy("""{"default":[{"type":"insecureAcceptAnything"}]}"""));

        Assert.Equal(image.Digest, Target.Names[App.ToString()]);
        Assert.Empty(Log.Warnings);
    }

    [Fact]
    public async Task All_requirements_of_a_list_must_be_satisfied()
    {
        var image = Image("layer");
        var both = WritePolicy($$"""{"default":[{{Requirement(Signer)}},{{Requirement(Other)}}]}""");
        Sign(image, App.ToString(), Signer);
        await AssertRejectedAsync(image, both);

        Sign(image, App.ToString(), Other, Signer);
        await CopyUnderPolicyAsync(image, both);
        Assert.Equal(image.Digest, Target.Names[App.ToString()]);
    }

    [Fact]
    public async Task One_accepted_signature_of_two_is_sufficient_in_any_order()
    {
        var image = Image("layer");
        Sign(image, App.ToString(), Other, Signer);
        await CopyUnderPolicyAsync(image, Requires(Signer));

        Sign(image, App.ToString(), Signer, Other);
        await CopyUnderPolicyAsync(image, Requires(Signer));
        Assert.Equal(image.Digest, Target.Names[App.ToString()]);
    }

    private static string On(string architecture) => $$"""
        "platform":{"os":"linux","architecture":"{{architecture}}"}
        """;

    private static CopyOptions OnlyAmd64 => new() { Platforms = [Platform.Parse("linux/amd64")] };
}
