using System.Security.Cryptography;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Oci;

public sealed class DigestTests
{
    [Fact]
    public void Of_bytes_matches_sha256sum() =>
        Assert.Equal("sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", Digest.Of("hello"u8).ToString());

    [Fact]
    public void Of_bytes_by_sha512_round_trips()
    {
        var digest = Digest.Of("hello"u8, HashAlgorithmName.SHA512);
        Assert.Equal("sha512", digest.Algorithm);
        Assert.Equal(digest, Digest.Parse(digest.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sha256:")]
    [InlineData("sha256:2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824")]
    [InlineData("md5:2cf24dba5fb0a30e26e83b2ac5b9e29e")]
    [InlineData("sha512:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")]
    public void Anything_else_is_rejected(string text)
    {
        Assert.False(Digest.TryParse(text, out _));
        Assert.Throws<InvalidReferenceException>(() => Digest.Parse(text));
    }
}
