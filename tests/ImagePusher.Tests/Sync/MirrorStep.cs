using CsCheck;

namespace ImagePusher.Tests.Sync;

/// <summary>One step of a sequence: a change of the source or the target by another client, or a run of a sync file.</summary>
/// <param name="Kind">What happens; see <see cref="IsRun"/>.</param>
/// <param name="Repository">The repository.</param>
/// <param name="Tag">The tag.</param>
/// <param name="Content">The content that it gets.</param>
/// <param name="Options">The options of a run, and the rules of its file.</param>
internal sealed record MirrorStep(int Kind, int Repository, int Tag, int Content, int Options)
{
    /// <summary>A sequence that ends with a run.</summary>
    public static Gen<(bool DeletesTags, MirrorStep[] Steps)> Sequences { get; } = Gen.Select(
        Gen.Bool, Gen.Select(Gen.Int[0, 9], Gen.Int[0, 2], Gen.Int[0, 5], Gen.Int[0, 9], Gen.Int[0, 0x3fff], Of).Array[3, 14]);

    public bool IsRun => Kind > 5;

    public bool Prunes => (Options & 3) != 0;

    public bool PrunesUnknown => (Options & 7) == 7;

    public bool AllowsEmpty => (Options & 0x18) == 0x18;

    public bool HasReferrers => (Options & 0x20) != 0;

    public bool HasPlatform => (Options & 0xc0) == 0xc0;

    public bool HasLimit => (Options & 0x300) == 0x300;

    /// <summary>The rule of each of the two repositories of the file; null for one that is not in it.</summary>
    public IReadOnlyList<MirrorRule?> Rules => [RuleOf(Tag + Content), RuleOf(Options >> 10)];

    /// <summary>The command line of a run.</summary>
    public string Command => "Sync-RegistryImage $file $to -Confirm:$false"
        + (Prunes ? " -Prune" : "") + (PrunesUnknown ? " -PruneUnknown" : "") + (AllowsEmpty ? " -Force" : "")
        + (HasReferrers ? " -IncludeReferrers" : "") + (HasPlatform ? " -Platform linux/amd64" : "")
        + (HasLimit ? " -MaximumRemovals 2" : "");

    /// <summary>Changes a registry, unless the step is a run.</summary>
    public void Change(MirrorEnvironment world)
    {
        var (repository, tag) = (MirrorEnvironment.Repositories[Repository], MirrorEnvironment.TagNames[Tag]);
        var copy = $"{MirrorEnvironment.Prefix}/{repository}";
        switch (Kind)
        {
            case 0 or 1:
                MirrorEnvironment.Put(world.Source, repository, Content, tag);
                break;
            case 2:
                world.Source.Untag(repository, tag);
                break;
            case 3:
                MirrorEnvironment.Put(world.Target, copy, Content, tag);
                break;
            case 4:
                MirrorEnvironment.Refer(world.Source, repository, Content % 4);
                break;
            case 5:
                MirrorEnvironment.Refer(world.Target, copy, Content % 4);
                break;
        }
    }

    public override string ToString() => IsRun
        ? $"run [{string.Join(", ", Rules)}] {Command}"
        : $"{"source source untag target source-refer target-refer".Split(' ')[Kind]} {Repository} "
            + $"{MirrorEnvironment.TagNames[Tag]} = {Content}";

    private static MirrorRule? RuleOf(int value) => value % 6 == 5 ? null : (MirrorRule)(value % 6);

    private static MirrorStep Of(int kind, int repository, int tag, int content, int options) =>
        new(kind, repository, tag, content, options);
}
