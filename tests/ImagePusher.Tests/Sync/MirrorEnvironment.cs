using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Tests.Sync;

/// <summary>
/// A source and a target whose tags change between runs. Images share layers, are parts of indexes, and have referrers, so that the content
/// of one tag often belonged to another tag.
/// </summary>
internal sealed class MirrorEnvironment : IAsyncDisposable
{
    public const string Prefix = "mirror";

    /// <summary>The repositories of the source; the last one is never in a file.</summary>
    public static IReadOnlyList<string> Repositories { get; } = ["team/app", "team/tool", "team/other"];

    public static IReadOnlyList<string> TagNames { get; } = ["1.0", "1.1", "1.2-rc1", "2.0", "latest", "dev"];

    private static readonly TestImage[] Images =
        [.. Enumerable.Range(0, 4).Select(seed => TestImage.Of(Http.RandomBytes(50, 99), Http.RandomBytes(60, seed)))];

    private static readonly byte[][] Indexes = [TestImage.IndexOf(Images[0], Images[1]), TestImage.IndexOf(Images[1], Images[2])];

    private static readonly TestArtifact[] Artifacts =
        [.. Images.Select((image, number) => TestArtifact.Of("application/vnd.test.sbom", $"about {number}", image.Manifest))];

    private static readonly TestArtifact[] Signatures =
        [.. Artifacts.Select((artifact,
            number) => TestArtifact.Of("application/vnd.test.signature", $"signs {number}", artifact.Manifest))];

    public MirrorEnvironment(bool deletesTags)
    {
        Source = FakeRegistry.Start(RegistryProfile.Conformant);
        Target = FakeRegistry.Start(RegistryProfile.Conformant with { DeletesTags = deletesTags });
    }

    public FakeRegistry Source { get; }

    public FakeRegistry Target { get; }

    /// <summary>The digest of each content that <see cref="Put"/> knows.</summary>
    public static int Contents => Images.Length + Indexes.Length + Artifacts.Length;

    /// <summary>The digest of a content.</summary>
    public static string DigestOf(int content) => content < Images.Length ? Images[content].Digest
        : content < Images.Length + Indexes.Length ? Http.DigestOf(Indexes[content - Images.Length])
        : Artifacts[content - Images.Length - Indexes.Length].Digest;

    /// <summary>Puts a content under a tag.</summary>
    public static void Put(FakeRegistry registry, string repository, int content, string? tag)
    {
        if (content < Images.Length)
        {
            registry.Add(repository, Images[content], tag);
        }
        else if (content < Images.Length + Indexes.Length)
        {
            Images.ToList().ForEach(image => registry.Add(repository, image));
            registry.Add(repository, Indexes[content - Images.Length], tag);
        }
        else
        {
            registry.Add(repository, Artifacts[content - Images.Length - Indexes.Length], tag);
        }
    }

    /// <summary>Gives an image referrers, and these a signature, in the lists that clients keep.</summary>
    public static void Refer(FakeRegistry registry, string repository, int image)
    {
        registry.Add(repository, Images[image]);
        registry.Add(repository, Artifacts[image]);
        registry.Add(repository, Signatures[image]);
        registry.Add(repository, TestArtifact.ListOf(Artifacts[image]), TestArtifact.TagOf(Images[image].Digest));
        registry.Add(repository, TestArtifact.ListOf(Signatures[image]), TestArtifact.TagOf(Artifacts[image].Digest));
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Target.DisposeAsync();
    }
}
