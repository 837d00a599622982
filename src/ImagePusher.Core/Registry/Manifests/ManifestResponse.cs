using System.Security.Cryptography;
using System.Text.Json;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Manifests;

/// <summary>Verifies and parses the body of a response to GET for a manifest.</summary>
/// <param name="response">The response.</param>
/// <param name="registry">The registry, for messages.</param>
/// <param name="name">The manifest's full name, for messages.</param>
internal sealed class ManifestResponse(RegistryResponse response, string registry, string name)
{
    private readonly string? _digest = response.Header("Docker-Content-Digest");
    private readonly string? _mediaType = response.Response.Content.Headers.ContentType?.MediaType;

    /// <summary>The manifest.</summary>
    /// <param name="raw">The body.</param>
    /// <param name="tagOrDigest">The requested tag or digest.</param>
    /// <param name="expected">The descriptor that named the manifest; null for none.</param>
    public Manifest Parse(byte[] raw, string tagOrDigest, Descriptor? expected)
    {
        if (raw.Length == 0)
        {
            throw Unusable($"{registry} responded with {(int)response.Status} and an empty body");
        }

        if (_mediaType == "text/html")
        {
            throw Unusable($"{registry} responded with {ErrorBody.Read(raw, _mediaType, response.Secrets).Message}");
        }

        Verify(raw, tagOrDigest, expected);
        if (!Digest.TryParse(tagOrDigest, out _) && _digest is not null && Digest.AlgorithmOf(_digest) is { } algorithm)
        {
            throw new UnsupportedAlgorithmException(_digest, algorithm).ToError($"The manifest {name}");
        }

        try
        {
            return ParseAs(raw, expected, HashOf(tagOrDigest) ?? HashOf(_digest));
        }
        catch (UnsupportedAlgorithmException error)
        {
            throw error.ToError($"The manifest {name}");
        }
        catch (FormatException error)
        {
            throw Described(raw) is { } oddity ? Unusable($"{registry} responded with {oddity}") : new RegistryProtocolException(
                $"The manifest {name} cannot be used: {error.Message}.", "Check that the name is the name of an image or artifact.",
                response.Status);
        }
    }

    private void Verify(byte[] raw, string tagOrDigest, Descriptor? expected)
    {
        if (expected is not null && expected.Size != raw.Length)
        {
            throw new DigestMismatchException(name, $"{expected.Size} bytes", $"{raw.Length} bytes");
        }

        string?[] declared = [tagOrDigest, _digest];
        foreach (var text in declared)
        {
            if (Digest.TryParse(text, out var digest) && Digest.Of(raw, digest.HashName) is var actual && actual != digest)
            {
                throw new DigestMismatchException(name, digest.ToString(), actual.ToString());
            }
        }
    }

    // A digest of another algorithm than sha256 is kept: children and references are found by it.
    private Manifest ParseAs(byte[] raw, Descriptor? expected, HashAlgorithmName? hash)
    {
        var manifest = Manifest.Parse(raw, null, hash);
        var named = MediaTypes.IsIndex(_mediaType) || MediaTypes.IsManifest(_mediaType) ? _mediaType : expected?.MediaType;
        if (named is null || named == manifest.MediaType || !(MediaTypes.IsIndex(named) || MediaTypes.IsManifest(named)))
        {
            return manifest;
        }

        if (MediaTypes.IsIndex(named) != MediaTypes.IsIndex(manifest.MediaType))
        {
            throw Unusable($"{registry} names it {named}, but its content is {manifest.MediaType}");
        }

        // A document that names its own type keeps it: registries reject one that is pushed as another type.
        return NamesItself(raw) ? manifest : Manifest.Parse(raw, named, hash);
    }

    // Content that a server sends with 200 in place of a manifest: a web page, text, or an error.
    private string? Described(byte[] raw)
    {
        var kind = ContentDetector.Detect(raw.AsSpan(0, Math.Min(raw.Length, ContentDetector.HeadLength)));
        if (kind is not (ContentKind.Json or ContentKind.Html or ContentKind.Unknown))
        {
            return "content that is not a manifest";
        }

        var body = ErrorBody.Read(raw, null, response.Secrets);
        return kind is ContentKind.Html ? body.Message
            : kind is ContentKind.Unknown ? $"text that is not a manifest, '{body.Message}'"
            : IsError(raw) ? $"the error {body.Code} {body.Message}".TrimEnd()
            : null;
    }

    private static bool IsError(byte[] raw)
    {
        try
        {
            using var document = JsonDocument.Parse(raw);
            return document.RootElement.Property("errors") is { ValueKind: JsonValueKind.Array };
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool NamesItself(byte[] raw)
    {
        using var document = JsonDocument.Parse(raw);
        return document.RootElement.Text("mediaType") is not null;
    }

    private static HashAlgorithmName? HashOf(string? text) => Digest.TryParse(text, out var digest) ? digest.HashName : null;

    private RegistryProtocolException Unusable(string reason) => new(
        $"Reading the manifest {name} failed: {reason}.",
        "Check the registry's address: a proxy, a sign-in page or a server that is not a registry may have responded in its place.",
        response.Status);
}
