using System.Globalization;
using ImagePusher.Core.Tests.Archives;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>A list of any length takes the memory of a page.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class LongTagListTests
{
    private const int PageLength = 1_000;

    private static readonly int Tags = ExternalTools.LongForm ? 1_000_000 : 30_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tags_are_read_page_by_page_and_not_kept()
    {
        var requests = 0;
        await using var server = LoopbackServer.Start(exchange =>
        {
            Interlocked.Increment(ref requests);
            var from = int.Parse(exchange.FirstQuery("last") ?? "0", CultureInfo.InvariantCulture);
            if (from + PageLength < Tags)
            {
                exchange.Add("Link", $"""</v2/team/app/tags/list?n={PageLength}&last={from + PageLength}>; rel="next" """);
            }

            var names = string.Join(',', Enumerable.Range(from, PageLength).Select(number => $"\"2026.{number}-build\""));
            return exchange.RespondAsync(200, exchange.Path == "/v2/" ? "{}" : $$"""{"name":"team/app","tags":[{{names}}]}""");
        });
        await using var session = new RegistrySession();
        var (count, first, most) = (0, 0L, 0L);
        await foreach (var tag in session.Repository(server.Address).GetTagsAsync(Token))
        {
            if (++count % (10 * PageLength) == 0)
            {
                var memory = GC.GetTotalMemory(forceFullCollection: true);
                (first, most) = (first == 0 ? memory : first, Math.Max(most, memory));
            }
        }

        Assert.Equal((Tags, (Tags / PageLength) + 1), (count, requests));
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} tags, {(most - first) >> 10} KiB above the first ten pages");

        // Other tests run in this process; the names alone would take 50 MB in the long form.
        Assert.InRange(most - first, long.MinValue, 8 << 20);
    }
}
