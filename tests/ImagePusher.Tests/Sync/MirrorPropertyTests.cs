using CsCheck;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Sync;

/// <summary>
/// After any changes to a source and a mirror between runs, kept tags can be pulled, tags out of the scope of a file are unchanged, and
/// tags in its scope match the file.
/// </summary>
/// <remarks>The long form runs 3,000 sequences. CsCheck_Seed repeats one.</remarks>
public sealed class MirrorPropertyTests(ITestOutputHelper output)
{
    private static readonly string[] KnownErrors = ["ManifestNotFound", "LimitExceeded", "PlatformNotFound"];

    private int _runs;
    private int _removals;
    private int _complete;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_any_sequence_of_runs_kept_images_can_be_pulled_and_nothing_else_has_changed()
    {
        using var engine = new Engine();
        using var folder = new TemporaryFolder();
        await MirrorStep.Sequences.SampleAsync(
            sequence => CheckAsync(engine, folder, sequence.DeletesTags, sequence.Steps),
            output.WriteLine, Environment.GetEnvironmentVariable("CsCheck_Seed"),
            // A number of sequences, else of seconds: a failure that is found is made shorter until they are over.
            iter: ExternalTools.LongForm ? -1 : 60, time: ExternalTools.LongForm ? 600 : -1, threads: 1,
            print: sequence => $"deletes tags: {sequence.DeletesTags}\n"
                + $"{string.Join('\n', sequence.Steps.Select(step => step.ToString()))}");
        output.WriteLine($"{_runs} runs, {_removals} removals, {_complete} runs that had to remove all that they cover");
        Assert.True(_removals > 20 && _complete > 5, "The sequences remove too little to show anything.");
    }

    private async Task CheckAsync(Engine engine, TemporaryFolder folder, bool deletesTags, MirrorStep[] steps)
    {
        await using var world = new MirrorEnvironment(deletesTags);
        foreach (var repository in MirrorEnvironment.Repositories)
        {
            for (var content = 0; content < MirrorEnvironment.Contents; content++)
            {
                MirrorEnvironment.Put(world.Source, repository, content, tag: null);
            }

            MirrorEnvironment.Put(world.Source, repository, 0, "1.0");
            MirrorEnvironment.Put(world.Source, repository, 4, "latest");
            MirrorEnvironment.Put(world.Target, $"{MirrorEnvironment.Prefix}/{repository}", 5, "2.0");
            MirrorEnvironment.Put(world.Target, $"{MirrorEnvironment.Prefix}/{repository}", 2, "1.1");
        }

        MirrorEnvironment.Put(world.Target, "own/app", 1, "1.0");
        foreach (var step in steps)
        {
            step.Change(world);
            if (step.IsRun)
            {
                await RunAsync(engine, folder, world, step);
            }
        }
    }

    private async Task RunAsync(Engine engine, TemporaryFolder folder, MirrorEnvironment world, MirrorStep step)
    {
        var digest = MirrorEnvironment.DigestOf(step.Content % MirrorEnvironment.Contents);
        var entries = step.Rules.Index().Where(rule => rule.Item is not null)
            .GroupBy(rule => rule.Item!.Value.Entry("", "").Split(':')[0],
                rule => rule.Item!.Value.Entry(MirrorEnvironment.Repositories[rule.Index], digest));
        var lines = entries.Select(
            group => $"  {group.Key}:\n" + string.Concat(group.Select(entry => $"    {entry.Split('{', 2)[1][..^1]}\n")));
        engine["file"] = folder.Write("mirror.yml", $"{world.Source.Address}:\n{string.Concat(lines)}");
        engine["to"] = $"{world.Target.Address}/{MirrorEnvironment.Prefix}/";
        var (source, before) = (world.Source.Tags, world.Target.Tags);
        var outcome = await engine.RunAsync(step.Command, Token);
        Assert.Null(outcome.Terminating);
        Assert.Subset(KnownErrors.ToHashSet(), outcome.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]).ToHashSet());
        var check = new MirrorCheck(world, step, source, before, outcome);
        check.Run();
        _runs++;
        _removals += check.Removed.Count;
        _complete += check.MustRemoveAll ? 1 : 0;
    }
}
