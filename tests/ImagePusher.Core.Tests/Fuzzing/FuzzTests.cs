using CsCheck;
using ImagePusher.Core.Tests.Archives;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Fuzzing;

/// <summary>
/// All content of a server, archive, layout or file leads to a result or a typed error: no other exception, no hang, no more memory than
/// stated
/// here. The inputs are mutations of a corpus. It runs alone, since memory is measured for the process.
/// </summary>
/// <remarks>The long form takes half an hour. CsCheck_Seed repeats one input; a failing one is saved, and belongs into the
/// corpus.</remarks>
[Collection(MeasuredAlone.Name)]
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const long MostBytes = 256L * 1024 * 1024;

    // The limits of all text files, responses and archives have this order of magnitude; longer inputs are not generated.
    private const int LongestInput = 1024 * 1024;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Seconds for each reader in the long form: half an hour for all of them.</summary>
    private static readonly int LongSeconds = 1800 / FuzzTargets.All.Count;

    public static IEnumerable<TheoryDataRow<string>> Targets => FuzzTargets.All.Select(target => new TheoryDataRow<string>(target.Name));

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Any_input_is_read_or_rejected_with_a_typed_error(string name)
    {
        var target = FuzzTargets.All.Single(target => target.Name == name);
        var seeds = Corpus.Of(name);
        foreach (var seed in seeds)
        {
            await RunAsync(target, seed.Content);
        }

        var (count, seconds) = ExternalTools.LongForm ? (-1, LongSeconds) : (Count(target), -1);
        var number = 0;
        await Mutation.Gen.SampleAsync(
            async mutation =>
            {
                var input = mutation.Apply(target.Kind, seeds);
                await RunAsync(target, input.Length > LongestInput ? input[..LongestInput] : input);
                number++;
            },
            output.WriteLine, Environment.GetEnvironmentVariable("CsCheck_Seed"), count, seconds, threads: 1);
        output.WriteLine($"{number} inputs from {seeds.Count} seeds");
        Assert.True(number > 0);
    }

    // A few hundred milliseconds for each reader.
    private static int Count(FuzzTarget target) => target.Name switch
    {
        "layout" or "layer" => 60,
        "archive" or "response" or "token-exchange" or "upload" or "request" => 150,
        _ => 500,
    };

    private static async Task RunAsync(FuzzTarget target, byte[] input)
    {
        var before = GC.GetTotalAllocatedBytes();
        try
        {
            await Task.Run(() => target.Run(input)).WaitAsync(Longest, TestContext.Current.CancellationToken);
        }
        catch (Exception error) when (error is ImagePusherException || target.IsExpected(error))
        {
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"{target}: {error.GetType().Name} for the input {Corpus.Save(target.Name, input)}", error);
        }

        if (GC.GetTotalAllocatedBytes() - before is > MostBytes and var taken)
        {
            Assert.Fail($"{target}: {taken} bytes were allocated for the input {Corpus.Save(target.Name, input)}");
        }
    }
}
