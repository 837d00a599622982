using System.Text;
using System.Text.Json;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Trust;

/// <summary>Reads a sigstore bundle: a DSSE envelope with an in-toto statement, or the signature of the manifest's own bytes.</summary>
/// <remarks>sigstore/protobuf-specs, sigstore_bundle.proto; secure-systems-lab/dsse, protocol.md.</remarks>
internal static class SigstoreBundle
{
    private const string StatementType = "application/vnd.in-toto+json";

    /// <summary>The signature of a bundle; null if it attests something else than a signature.</summary>
    /// <param name="content">The bundle.</param>
    /// <param name="manifest">The manifest that holds it.</param>
    /// <param name="image">The signed image.</param>
    /// <exception cref="FormatException">The bundle is malformed, or of an unknown form.</exception>
    public static ImageSignature? Read(ReadOnlyMemory<byte> content, Digest manifest, Manifest image)
    {
        using var document = StrictJson.Parse(content);
        var top = StrictJson.Object(document.RootElement, "");
        var signature = new ImageSignature
        {
            Kind = SignatureKind.SigstoreBundle,
            Manifest = manifest,
            Certificates = top.TryGetValue("verificationMaterial", out var material) ? ReadCertificates(material) : [],
        };
        return (top.TryGetValue("dsseEnvelope", out var envelope), top.TryGetValue("messageSignature", out var message)) switch
        {
            (true, false) => ReadEnvelope(envelope, signature),
            (false, true) => ReadMessage(message, signature, image),
            _ => throw new FormatException("it must contain either dsseEnvelope or messageSignature"),
        };
    }

    /// <summary>The bytes that a DSSE signature covers: type and payload, each with its length.</summary>
    public static byte[] PreAuthentication(string type, ReadOnlySpan<byte> payload) =>
        [.. Encoding.UTF8.GetBytes($"DSSEv1 {Encoding.UTF8.GetByteCount(type)} {type} {payload.Length} "), .. payload];

    private static ImageSignature? ReadEnvelope(JsonElement element, ImageSignature signature)
    {
        var envelope = StrictJson.Object(element, "dsseEnvelope");
        if (StrictJson.Text(envelope, "payloadType", "dsseEnvelope") is var type && type != StatementType)
        {
            throw new FormatException($"dsseEnvelope.payloadType is '{type}', not '{StatementType}'");
        }

        var signatures = StrictJson.List(
            envelope.TryGetValue("signatures", out var list) ? list : throw new FormatException("dsseEnvelope.signatures is missing"),
            "dsseEnvelope.signatures");
        if (signatures.Count > 1)
        {
            throw new FormatException("dsseEnvelope.signatures has more than one signature");
        }

        var payload = Bytes(envelope, "payload", "dsseEnvelope");
        return SignaturePayload.ReadStatement(payload) is { } statement
            ? signature with
            {
                Signed = PreAuthentication(type, payload),
                Payload = statement,
                Signature = Bytes(
                    StrictJson.Object(signatures[0], "dsseEnvelope.signatures[0]"), "sig", "dsseEnvelope.signatures[0]"),
            }
            : null;
    }

    // The message is the manifest itself, so the signature contains only its digest.
    private static ImageSignature ReadMessage(JsonElement element, ImageSignature signature, Manifest image)
    {
        var message = StrictJson.Object(element, "messageSignature");
        return signature with
        {
            Signed = image.Raw,
            Signature = Bytes(message, "signature", "messageSignature"),
        };
    }

    private static IReadOnlyList<ReadOnlyMemory<byte>> ReadCertificates(JsonElement element)
    {
        var material = StrictJson.Object(element, "verificationMaterial");
        IReadOnlyList<JsonElement> certificates =
            material.TryGetValue("certificate", out var one) ? [one]
            : material.TryGetValue("x509CertificateChain", out var chain)
                && StrictJson.Object(chain, "x509CertificateChain").TryGetValue("certificates", out var list)
                    ? StrictJson.List(list, "certificates")
            : [];
        return CertificateText.Checked([.. certificates.Select(certificate => (ReadOnlyMemory<byte>)Bytes(
            StrictJson.Object(certificate, "certificate"), "rawBytes", "certificate"))]);
    }

    private static byte[] Bytes(Dictionary<string, JsonElement> properties, string name, string place) =>
        StrictJson.Base64(StrictJson.Text(properties, name, place), StrictJson.Join(place, name));
}
