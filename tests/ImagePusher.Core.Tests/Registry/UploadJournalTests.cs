using ImagePusher.Core.Abstractions;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FakeRegistries;
using ImagePusher.TestSupport.FaultInjection;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>Uploads of an earlier run, which a later run resumes or which do not prevent it.</summary>
public sealed class UploadJournalTests
{
    private static readonly int Unit = ExternalTools.LongForm ? 1_000_000 : 150_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(RegistryProfile.Conformant), true)]
    [InlineData(nameof(RegistryProfile.Conformant), false)]
    [InlineData(nameof(RegistryProfile.Distribution), true)]
    [InlineData(nameof(RegistryProfile.Distribution), false)]
    public async Task If_all_bytes_have_arrived_a_later_run_only_completes_the_upload(string profile, bool isKnown)
    {
        await using var registry =
            FakeRegistry.Start(profile == nameof(RegistryProfile.Conformant) ? RegistryProfile.Conformant : RegistryProfile.Distribution);
        await using var proxy = FaultProxy.Start(registry.Address);
        var journal = new MemoryJournal();
        var blob = MemoryBlob.Random(5_000_000, isKnown: isKnown);
        proxy.On("PUT").DropRequest();
        await using (var session = new RegistrySession(journal: journal))
        {
            await Assert.ThrowsAsync<RegistryUnreachableException>(
                () => session.Repository(proxy.Address, retries: 0).WriteBlobAsync(blob, Token));
        }

        proxy.ClearRules();
        await using var later = new RegistrySession(journal: journal);
        await later.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.True(registry.ReadBlob(blob.TrueDigest.ToString()).AsSpan().SequenceEqual(blob.Content));
        Assert.Equal((blob.Content.Length, 1), (proxy.BytesUp(), proxy.Count("POST")));
        Assert.All(proxy.RequestsOf("PATCH"), request => Assert.DoesNotMatch("^5000000-", request.Header("Content-Range") ?? ""));
    }

    [Fact]
    public async Task A_journaled_session_with_other_bytes_is_restarted()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        var journal = new MemoryJournal();
        await using var proxy = FaultProxy.Start(registry.Address);
        var (other, blob) = (MemoryBlob.Random(100 * Unit, 1), MemoryBlob.Random(100 * Unit, 2));
        await InterruptedRun.RunAsync(proxy, journal, [other], 50L * Unit);
        var left = Assert.Single(journal.Sessions);
        await journal.SaveAsync(
            left with { Key = left.Key.Replace(other.TrueDigest.ToString(), blob.TrueDigest.ToString(), StringComparison.Ordinal) }, Token);
        await using var session = new RegistrySession(journal: journal);
        await session.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.True(registry.ReadBlob(blob.TrueDigest.ToString()).AsSpan().SequenceEqual(blob.Content));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(410)]
    [InlineData(500)]
    public async Task A_journaled_session_without_a_status_does_not_block_a_push(int status)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        proxy.On("GET", "uploads").Respond(status);
        await StartsAgainAsync(registry, proxy, "{location}");
    }

    [Theory]
    [InlineData("http://127.0.0.1:9/v2/team/app/blobs/uploads/1?sig=expired")]
    [InlineData("http://no-such-host.invalid/upload/1")]
    public async Task A_journaled_session_on_an_unreachable_host_does_not_block_a_push(string location)
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        await StartsAgainAsync(registry, proxy, location);
    }

    [Fact]
    public async Task A_session_is_kept_while_the_registry_is_unreachable()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        await using var proxy = FaultProxy.Start(registry.Address);
        var journal = new MemoryJournal();
        var blob = MemoryBlob.Random(40 * Unit);
        await InterruptedRun.RunAsync(proxy, journal, [blob], 20L * Unit);
        var away = proxy.On("GET", "uploads").Take(2);
        away.Respond(503);
        await using (var session = new RegistrySession(journal: journal))
        {
            await Assert.ThrowsAsync<RegistryUnavailableException>(
                () => session.Repository(proxy.Address, retries: 1).WriteBlobAsync(blob, Token));
        }

        await using var later = new RegistrySession(journal: journal);
        await later.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        Assert.Equal(1, proxy.Count("POST"));
    }

    [Fact]
    public async Task After_an_upload_of_an_earlier_run_was_lost_large_blobs_are_sent_one_by_one_for_a_while()
    {
        var time = new FakeTimeProvider();
        await using var registry = FakeRegistry.Start(RegistryProfile.Distribution);
        await using var proxy = FaultProxy.Start(registry.Address);
        var journal = new MemoryJournal();
        var lost = MemoryBlob.Random(5_000_000);
        await journal.SaveAsync(
            new UploadSession($"{proxy.Address}/team/app {lost.ResumeKey}", $"http://{proxy.Address}/v2/team/app/blobs/uploads/1?_state=x",
                0, 0, time.GetUtcNow()), Token);
        await using var session = new RegistrySession(time: time, journal: journal);
        var repository = session.Repository(proxy.Address);
        await repository.WriteBlobAsync(lost, Token);
        time.Advance(TimeSpan.FromMinutes(11));
        var underWay = proxy.On("PATCH").StallUp(1_000_000);
        var uploads = new[] { 2, 3 }.Select(seed => repository.WriteBlobAsync(MemoryBlob.Random(9_000_000, seed), Token)).ToList();
        await underWay.ReachedTimes(2).WaitAsync(TimeSpan.FromSeconds(20), Token);
        proxy.Release();
        await Task.WhenAll(uploads);
        Assert.Equal(3, registry.BlobsOf("team/app").Count);
    }

    [Theory]
    [InlineData("specification", true)]
    [InlineData("specification", false)]
    [InlineData("distribution", true)]
    [InlineData("docker-registry", true)]
    [InlineData("docker-registry", false)]
    public async Task Two_processes_that_push_the_same_blob_concurrently_both_succeed(string kind, bool isKnown)
    {
        await using var emulated = FakeRegistry.Start(kind == "distribution" ? RegistryProfile.Distribution : RegistryProfile.Conformant);
        await using var docker = kind == "docker-registry" ? await DockerRegistry.StartAsync(Token) : null;
        await using var proxy = FaultProxy.Start(docker?.Address ?? emulated.Address);
        var journal = new MemoryJournal();
        var blob = MemoryBlob.Random(9_000_000, isKnown: isKnown);
        var underWay = proxy.On("PATCH").Take(1).StallUp(3_000_000);
        await using var one = new RegistrySession(journal: journal);
        await using var two = new RegistrySession(journal: journal);
        var first = one.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        await underWay.Reached.WaitAsync(Token);

        // The second one finds in the journal the upload that is in progress.
        var second = two.Repository(proxy.Address).WriteBlobAsync(blob, Token);
        await proxy.On("PATCH").Reached.WaitAsync(TimeSpan.FromSeconds(20), Token);
        proxy.Release();
        Assert.Equal(blob.TrueDigest, (await first).Digest);
        Assert.Equal(blob.TrueDigest, (await second).Digest);
        Assert.Equal(blob.Content, docker is null
            ? emulated.ReadBlob(blob.TrueDigest.ToString())
            : await File.ReadAllBytesAsync(docker.Blobs()[blob.TrueDigest.ToString()].FullName, Token));
    }

    [Fact]
    public async Task Small_and_finished_blobs_are_not_in_the_journal()
    {
        await using var registry = FakeRegistry.Start(RegistryProfile.Conformant);
        var journal = new MemoryJournal();
        await using var session = new RegistrySession(journal: journal);
        await session.Repository(registry.Address)
            .WriteBlobAsync(new MemoryBlob(new byte[1000]) { BeforeWrite = _ => Assert.Empty(journal.Sessions) }, Token);
        await session.Repository(registry.Address).WriteBlobAsync(
            new MemoryBlob(MemoryBlob.Random(5_000_000).Content) { BeforeWrite = _ => Assert.Single(journal.Sessions) }, Token);
        Assert.Empty(journal.Sessions);
    }

    // An upload that an earlier run left must not keep later ones from the blob: it starts again.
    private static async Task StartsAgainAsync(FakeRegistry registry, FaultProxy proxy, string location)
    {
        var journal = new MemoryJournal();
        var blob = MemoryBlob.Random(40 * Unit);
        await InterruptedRun.RunAsync(proxy, journal, [blob], 20L * Unit);
        var left = Assert.Single(journal.Sessions);
        await journal.SaveAsync(left with { Location = location.Replace("{location}", left.Location, StringComparison.Ordinal) }, Token);
        proxy.Forget();
        await using var session = new RegistrySession(journal: journal);
        await session.Repository(proxy.Address, credential: new RegistryCredential("ann", "secret")).WriteBlobAsync(blob, Token);
        Assert.True(registry.ReadBlob(blob.TrueDigest.ToString()).AsSpan().SequenceEqual(blob.Content));
        Assert.Equal((1, blob.Content.Length), (proxy.Count("POST"), proxy.BytesUp()));
        Assert.Empty(journal.Sessions);
    }
}
