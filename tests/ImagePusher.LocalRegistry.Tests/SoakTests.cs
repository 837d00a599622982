using System.Diagnostics;
using ImagePusher.TestSupport;

namespace ImagePusher.LocalRegistry.Tests;

/// <summary>Eight clients at once: pushes of every form, pulls, removals, lists, referrers, uploads left behind, and the garbage collection.</summary>
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

        // The short form has a number of steps and no time, so that a slow machine runs the same test.
        bool GoesOn(SoakClient client) => ExternalTools.LongForm ? watch.Elapsed < TimeSpan.FromSeconds(60) : client.Steps < 25;
        await Task.WhenAll(clients.Select(client => Task.Run(
            async () =>
            {
                while (GoesOn(client))
                {
                    await client.StepAsync();
                }
            },
            Token)));
        TestContext.Current.TestOutputHelper?.WriteLine($"{clients.Sum(client => client.Steps)} steps, {registry.Registry.Requests} requests in {watch.Elapsed.TotalSeconds:0} s");
        foreach (var client in clients)
        {
            await client.IsWholeAsync(registry);
        }

        // A new start over the same folder knows the same.
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
