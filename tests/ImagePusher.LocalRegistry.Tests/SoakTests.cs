using System.Diagnostics;
using ImagePusher.TestSupport;

namespace ImagePusher.LocalRegistry.Tests;

/// <summary>Eight clients at once: pushes of every form, pulls, removals, lists, referrers, abandoned uploads, and garbage
/// collection.</summary>
public sealed class SoakTests
{
    private const int Clients = 8;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Eight_clients_lose_nothing()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var clients = Enumerable.Range(0, Clients).Select(number => new SoakClient(registry, number, Clients)).ToList();
        var watch = Stopwatch.StartNew();

        // The short form counts steps and not time, so that a slow machine runs the same test.
        bool Continues(SoakClient client) => ExternalTools.LongForm ? watch.Elapsed < TimeSpan.FromSeconds(60) : client.Steps < 25;
        await Task.WhenAll(clients.Select(client => Task.Run(
            async () =>
            {
                while (Continues(client))
                {
                    await client.StepAsync();
                }
            },
            Token)));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{clients.Sum(client => client.Steps)} steps, {registry.Registry.Requests} requests in {watch.Elapsed.TotalSeconds:0} s");
        foreach (var client in clients)
        {
            await client.IsWholeAsync(registry);
        }

        // A registry restarted over the same folder has the same state.
        await registry.RestartAsync();
        Assert.Empty(registry.Parts());
        foreach (var client in clients)
        {
            await client.IsWholeAsync(registry);
        }

        foreach (var entry in await registry.Cache.ListAsync(Token))
        {
            Assert.True((await registry.Cache.VerifyAsync(entry, full: true, Token)).IsIntact, entry.ToString());
        }

        Assert.Empty(registry.Log.Warnings);
    }
}
