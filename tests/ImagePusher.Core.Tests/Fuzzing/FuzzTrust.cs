using System.Text;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Trust;

namespace ImagePusher.Core.Tests.Fuzzing;

/// <summary>The readers of signatures, policies, keys and certificates.</summary>
internal static class FuzzTrust
{
    private static readonly Manifest Image = Manifest.Parse(Encoding.UTF8.GetBytes(
        $$"""{"schemaVersion":2,"config":{"digest":"{{Digest.Of("{}"u8)}}","size":2},"layers":[]}"""));

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        FuzzTarget.Of(
            "policy", FuzzKind.Json, input => _ = new PolicyReader(new RequirementReader("/", TimeProvider.System)).Read(input),
            typeof(FormatException)),
        FuzzTarget.Of("payload", FuzzKind.Json, input => _ = SignaturePayload.ReadSimpleSigning(input), typeof(FormatException)),
        FuzzTarget.Of("statement", FuzzKind.Json, input => _ = SignaturePayload.ReadStatement(input), typeof(FormatException)),
        FuzzTarget.Of("bundle", FuzzKind.Json, input => _ = SigstoreBundle.Read(input, Image.Digest, Image), typeof(FormatException)),
        FuzzTarget.Of("encrypted-key", FuzzKind.Json, input => _ = CosignKeyFile.Decrypt(input, "secret", "The key")),
        FuzzTarget.Of("certificate", FuzzKind.Text, input => Verify([(ReadOnlyMemory<byte>)input])),
        FuzzTarget.Of("pem", FuzzKind.Text, ReadPem),
    ];

    private static void ReadPem(byte[] input)
    {
        var text = Encoding.Latin1.GetString(input);
        Action[] readers =
        [
            () => KeyText.ReadPublicKeys(text, "The key"),
            () => CertificateText.ReadTrusted(text, "The certificate"),
            () => SigningKey.Read(text, "secret", "The key").Dispose(),
            () => Verify(CertificateText.Read(text, text)),
        ];
        foreach (var read in readers)
        {
            try
            {
                read();
            }
            catch (Exception error) when (error is ImagePusherException or FormatException)
            {
                Assert.DoesNotContain(error.Message, char.IsControl);
            }
        }
    }

    // No certificate makes an invalid signature valid.
    private static void Verify(IReadOnlyList<ReadOnlyMemory<byte>> certificates)
    {
        var signature = new ImageSignature
        {
            Kind = SignatureKind.SimpleSigning,
            Manifest = Image.Digest,
            Signed = Image.Raw,
            Signature = new byte[] { 0x30, 6, 2, 1, 1, 2, 1, 1 },
            Certificates = certificates,
        };
        Assert.Null(new CertificateTrust([], null, null, TimeProvider.System).Verify(signature, out var reason));
        Assert.NotNull(reason);
    }
}
