using System.Security.Cryptography;
using System.Text;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Tests.Architecture;
using ImagePusher.Core.Trust;
using ImagePusher.TestSupport;
using Mono.Cecil;
using Mono.Cecil.Rocks;

namespace ImagePusher.Core.Tests.Trust;

public sealed class SigningTests : TrustTest
{
    private static readonly Dictionary<string, string> None = [];

    [Fact]
    public async Task A_new_signature_is_valid_and_signing_again_changes_nothing()
    {
        var image = Image("layer");
        var first = await SignWithAsync(Signer, image, new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" });
        var again = await SignWithAsync(Signer, image, new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" });

        Assert.Equal(first.Manifest, again.Manifest);
        Assert.Equal(first.Signature.ToArray(), again.Signature.ToArray());
        var verdict = Assert.Single(await VerifyAsync(image, rule: new MatchExact()));
        Assert.True(verdict.IsValid, verdict.Reason);
        Assert.Equal("1", verdict.Signature.Payload!.Annotations["a"]);
    }

    [Fact]
    public async Task A_second_signer_keeps_the_signature_of_the_first()
    {
        var image = Image("layer");
        await SignWithAsync(Other, image, None);
        await SignWithAsync(Signer, image, None);

        Assert.Equal([false, true], (await VerifyAsync(image)).Select(verdict => verdict.IsValid));
        Assert.Equal([true, false], (await VerifyAsync(image, Other.Trust)).Select(verdict => verdict.IsValid));
    }

    [Theory]
    [InlineData("PKCS#8")]
    [InlineData("EC")]
    [InlineData("encrypted")]
    [InlineData("RSA")]
    [InlineData("RSA PKCS#8")]
    [InlineData("RSA encrypted")]
    public async Task Keys_of_each_form_sign(string form)
    {
        using var rsa = TestSigner.Rsa(RSASignaturePadding.Pkcs1);
        var signer = form.StartsWith("RSA", StringComparison.Ordinal) ? rsa : Signer;
        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        var pem = form switch
        {
            "EC" => ((ECDsa)signer.PrivateKey).ExportECPrivateKeyPem(),
            "RSA" => ((RSA)signer.PrivateKey).ExportRSAPrivateKeyPem(),
            "encrypted" or "RSA encrypted" => signer.PrivateKey.ExportEncryptedPkcs8PrivateKeyPem("secret", parameters),
            _ => signer.PrivateKey.ExportPkcs8PrivateKeyPem(),
        };
        var image = Image(form);
        using var key = SigningKey.Read(pem, "secret", "The key");
        await new ImageSigner(Source, Tagging(image), App).SignAsync(image.Digest, App, None, key, Token);

        Assert.Equal(signer.Key.Id, key.PublicKey.Id);
        Assert.True(Assert.Single(await VerifyAsync(image, signer.Trust)).IsValid);
    }

    [Theory]
    [InlineData("one")]
    [InlineData("two")]
    public void The_encrypted_keys_of_skopeo_are_read_and_belong_to_their_public_keys(string name)
    {
        var pem = File.ReadAllText(SignedImages.PrivateKey(name));
        using var key = SigningKey.Read(pem, SignedImages.Passphrase, "The key");

        Assert.Equal(KeyText.ReadPublicKeys(File.ReadAllText(SignedImages.PublicKey(name)), "x")[0].Id, key.PublicKey.Id);
        Assert.Contains("password is wrong", Assert.Throws<InvalidOptionException>(() => SigningKey.Read(pem, "wrong", "The key")).Message,
            StringComparison.Ordinal);
        Assert.Contains("no password", Assert.Throws<InvalidOptionException>(() => SigningKey.Read(pem, "", "The key")).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"scrypt","params":{"N":1073741824,"r":8,"p":1},"salt":"AA=="}""")]
    [InlineData("""{"name":"scrypt","params":{"N":3,"r":8,"p":1},"salt":"AA=="}""")]
    [InlineData("""{"name":"scrypt","params":{"N":2,"r":8,"p":1},"salt":"AA=="}""")]
    [InlineData("""{"name":"argon2","params":{},"salt":"AA=="}""")]
    [InlineData("""{"name":"scrypt","params":{"N":65536,"r":1,"p":1},"salt":"AA=="}""")]
    [InlineData("""{"name":"scrypt","params":{"N":131072,"r":8,"p":16},"salt":"AA=="}""")]
    [InlineData("""{"name":"scrypt","params":{"N":2,"r":8,"p":1},"salt":""}""", """{"name":"nacl/secretbox","nonce":""}""", "")]
    [InlineData("""{"name":"scrypt","params":{"N":2,"r":8,"p":1},"salt":"\ud800"}""", """{"name":"nacl/secretbox"}""")]
    [InlineData("null", "null")]
    public void A_malformed_or_costly_key_file_is_a_typed_error(
        string derivation, string cipher = """{"name":"nacl/secretbox","nonce":"AA=="}""", string text = "AA==") =>
        Rejects($$"""{"kdf":{{derivation}},"cipher":{{cipher}},"ciphertext":"{{text}}"}""");

    [Theory]
    [InlineData("{}")]
    [InlineData("x")]
    [InlineData("""{"kdf":null,"cipher":null}""")]
    public void A_key_file_without_an_encryption_is_a_typed_error(string json) => Rejects(json);

    private static void Rejects(string json)
    {
        var pem = PemEncoding.WriteString("ENCRYPTED SIGSTORE PRIVATE KEY", Encoding.UTF8.GetBytes(json));

        Assert.ThrowsAny<ImagePusherException>(() => SigningKey.Read(pem, "secret", "The key"));
    }

    // Rows: the iterations that the file of an encrypted key states, in the middle of its DER bytes.
    [Theory]
    [InlineData(new byte[] { 0x7F, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0x50, 0x00, 0x00 })]
    [InlineData(new byte[] { 0x4C, 0x4B, 0x41 })]
    public void A_key_that_states_endless_iterations_is_rejected_before_they_start(byte[] iterations)
    {
        var content = Signer.PrivateKey.ExportEncryptedPkcs8PrivateKey(
            "secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 0x010203));
        iterations.CopyTo(content.AsSpan(content.AsSpan().IndexOf((ReadOnlySpan<byte>)[2, 3, 1, 2, 3]) + 2));

        Assert.Throws<LimitExceededException>(
            () => SigningKey.Read(PemEncoding.WriteString("ENCRYPTED PRIVATE KEY", content), "secret", "The key"));
    }

    [Fact]
    public void BouncyCastle_is_used_by_one_class()
    {
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(ImagePusherException).Assembly.Location);
        var users = assembly.MainModule.GetAllTypes()
            .Where(type => References.Of(type).Any(used => used.FullName.StartsWith("Org.BouncyCastle", StringComparison.Ordinal)))
            .Select(type => type.Name).ToList();

        Assert.Equal([nameof(CosignKeyFile)], users);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<ImageSignature> SignWithAsync(TestSigner signer, Manifest image, IReadOnlyDictionary<string, string> annotations)
    {
        using var key = SigningKey.Read(signer.PrivateKey.ExportPkcs8PrivateKeyPem(), "", "The key");
        return await new ImageSigner(Source, Tagging(image), App).SignAsync(image.Digest, App, annotations, key, Token);
    }

    // The memory place finds tags where the test puts them.
    private TaggingTarget Tagging(Manifest image) => new(Source, image.Digest);
}
