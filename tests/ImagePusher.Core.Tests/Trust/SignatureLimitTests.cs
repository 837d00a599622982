using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Trust;

namespace ImagePusher.Core.Tests.Trust;

/// <summary>Signatures without end: their number and their size are limited before they are examined.</summary>
public sealed class SignatureLimitTests : TrustTest
{
    [Fact]
    public async Task An_oversized_payload_is_not_read_and_does_not_hide_a_valid_one()
    {
        var image = Image("layer");
        var large = Payload(image.Digest.ToString(), App.ToString(), $"\"{new string('x', TrustLimits.Payload)}\"");
        var payload = Payload(image.Digest.ToString(), App.ToString());
        Tag(image, (large, Signer.Sign(large)), (payload, Signer.Sign(payload)));

        var verdicts = await VerifyAsync(image);

        Assert.Equal([false, true], verdicts.Select(verdict => verdict.IsValid));
        Assert.Contains($"at most {TrustLimits.Payload} are read", verdicts[0].Reason, StringComparison.Ordinal);
        Assert.DoesNotContain($"read {Digest.Of(large)}", Source.Events);
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(TrustLimits.Signatures + 1)]
    public async Task Too_many_signatures_are_an_error_and_not_examined_in_part(int count)
    {
        var image = Image("layer");
        var layer = Source.Add(Payload(image.Digest.ToString(), App.ToString()), SignatureReader.SimpleSigningType);
        TagLayers(image, [.. Enumerable.Repeat(layer, count)]);

        await Assert.ThrowsAsync<LimitExceededException>(() => VerifyAsync(image));
        Assert.DoesNotContain($"read {layer.Digest}", Source.Events);
    }

    [Fact]
    public async Task Too_many_signatures_in_few_manifests_are_an_error_and_not_examined_in_part()
    {
        var image = Image("layer");
        var payload = Payload(image.Digest.ToString(), App.ToString());
        var layer = Source.Add(payload, SignatureReader.SimpleSigningType);
        var manifest = TagLayers(image, [.. Enumerable.Repeat(layer, (TrustLimits.Signatures / 2) + 1)]);
        Source.Tagged[image.Digest] = [.. Source.Tagged[image.Digest], new TaggedReferrer("sha256-other.sig", manifest.Descriptor)];

        await Assert.ThrowsAsync<LimitExceededException>(() => VerifyAsync(image));
    }

    [Fact]
    public async Task A_list_of_10_000_signatures_is_an_error_before_any_is_requested()
    {
        var image = Image("layer");
        for (var number = 0; number < 10_000; number++)
        {
            AddBundle(image, $"\"{number}\"");
        }

        var read = Source.ManifestsRead;
        await Assert.ThrowsAsync<LimitExceededException>(() => VerifyAsync(image));
        Assert.Equal(read, Source.ManifestsRead);
    }

    [Fact]
    public async Task Manifests_of_signatures_that_are_too_large_together_are_an_error()
    {
        var image = Image("layer");
        for (var number = 0; number < 20; number++)
        {
            AddBundle(image, $"\"{number}{new string('x', 3_000_000)}\"");
        }

        await Assert.ThrowsAsync<LimitExceededException>(() => VerifyAsync(image));
        Assert.InRange(Source.ManifestsRead, 1, 6);
    }

    [Fact]
    public async Task Signatures_that_are_too_large_together_are_an_error()
    {
        var image = Image("layer");
        TagLayers(image, [.. Enumerable.Range(0, 200).Select(number => Source.Add(
            Payload(image.Digest.ToString(), App.ToString(), $"\"{number}{new string('x', 100_000)}\""),
            SignatureReader.SimpleSigningType) with
        {
            Annotations = new Dictionary<string, string> { [SignatureReader.SignatureKey] = "AAAA" },
        })]);

        await Assert.ThrowsAsync<LimitExceededException>(() => VerifyAsync(image));
    }
}
