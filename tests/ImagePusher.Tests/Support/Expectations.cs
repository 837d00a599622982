using System.Management.Automation;

namespace ImagePusher.Tests.Support;

/// <summary>Assertions on the errors of cmdlets.</summary>
internal static class Expectations
{
    /// <summary>Asserts the id of an error, the type of its exception, its subject and its recommended action.</summary>
    public static void Is(this ErrorRecord error, string id, params ReadOnlySpan<string> mentions)
    {
        Assert.StartsWith($"{id},ImagePusher.Cmdlets.", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal($"ImagePusher.Core.{id}Exception", error.Exception.GetType().FullName);
        var message = error.Exception.Message;
        foreach (var mention in mentions)
        {
            Assert.Contains(mention, message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("Exception", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        Assert.False(string.IsNullOrWhiteSpace(error.ErrorDetails?.RecommendedAction), $"No recommendedAction for: {message}");
        Assert.NotEqual(ErrorCategory.NotSpecified, error.CategoryInfo.Category);
    }

    /// <summary>Runs a script that must give one error, of this id and no output, and leave the cache as it was.</summary>
    public static async Task<Outcome> FailsAsync(this Engine engine, string script, string id, params string[] mentions)
    {
        var before = CacheSnapshot.Of(engine.CachePath);
        var outcome = await FailsSomehowAsync(engine, script, id, mentions);
        before.IsStill(engine.CachePath);
        return outcome;
    }

    /// <summary>The same for a script that may have brought whole blobs into the cache before it failed.</summary>
    public static async Task<Outcome> FailsMidwayAsync(this Engine engine, string script, string id, params string[] mentions)
    {
        var before = CacheSnapshot.Of(engine.CachePath);
        var outcome = await FailsSomehowAsync(engine, script, id, mentions);
        before.IsStillButForUnnamedBlobs(engine.CachePath);
        return outcome;
    }

    private static async Task<Outcome> FailsSomehowAsync(Engine engine, string script, string id, string[] mentions)
    {
        var outcome = await engine.RunAsync(script, TestContext.Current.CancellationToken);
        outcome.SingleError().Is(id, mentions);
        Assert.Empty(outcome.Output);
        return outcome;
    }
}
