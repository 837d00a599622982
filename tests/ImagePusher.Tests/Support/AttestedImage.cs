using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Support;

/// <summary>An image in a registry's storage with documents that refer to it.</summary>
internal static class AttestedImage
{
    public const string Spdx =
        """
            {"spdxVersion":"SPDX-2.3","packages":[{"name":"musl","versionInfo":"1.2.5","licenseConcluded":"MIT",
            "externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:apk/alpine/musl@1.2.5"}]}]}
            """;

    public const string Statement =
        """
            {"_type":"https://in-toto.io/Statement/v1","predicateType":"https://slsa.dev/provenance/v1","subject":[{"name":"app",
            "digest":{"sha256":"00"}}],"predicate":{"builder":{"id":"me"},"steps":[1,true,null]}}
            """;

    /// <summary>Adds an image with an SBOM and an attestation.</summary>
    /// <returns>The name of the image.</returns>
    public static string Add(RegistryStorage storage, string address)
    {
        var image = TestImage.Of(Http.RandomBytes(3000, 77));
        storage.AddImage("attested", image, "1");
        TestArtifact[] attached = [TestArtifact.Of("application/spdx+json", Spdx, image.Manifest),
            TestArtifact.Of("application/vnd.in-toto+json", Statement, image.Manifest)];
        foreach (var artifact in attached)
        {
            artifact.AddTo(storage, "attested");
        }

        storage.AddManifest("attested", TestArtifact.ListOf(attached), TestArtifact.TagOf(image.Digest));
        return $"{address}/attested:1";
    }
}
