using ImagePusher.Core.Transfer;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Library;

/// <summary>Reports to the caller's IProgress: named, one at a time, none after the end, and harmless where the receiver throws.</summary>
public sealed class ProgressReportTests : LibraryTest
{
    [Fact]
    public async Task Reports_contain_the_image_and_the_last_one_is_complete()
    {
        var receiver = new Receiver(static _ => { });
        var archive = ImageEndpoint.Archive(DockerArchive("app.tar", "one:1", "two:2"));
        await ImageTransfer.CopyAllAsync(archive, ImageEndpoint.Registry(Registry), new CopyOptions { Progress = receiver }, Token);
        Assert.Equal([$"{Registry}/one:1", $"{Registry}/two:2"], receiver.Reports.Select(state => state.Image!.ToString()).Distinct());
        Assert.All(
            receiver.Reports.GroupBy(state => state.Image), group => Assert.Equal(group.Last().TotalBlobs, group.Last().CompletedBlobs));
    }

    [Theory]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(ObjectDisposedException))]
    [InlineData(typeof(OperationCanceledException))]
    public async Task A_receiver_that_throws_gets_no_further_report_and_the_copy_continues(Type error)
    {
        var (log, clock) = (new RecordingLogger(), new CallbackTimeProvider());
        var receiver = new Receiver(_ => throw (Exception)Activator.CreateInstance(error, "no window")!);
        var result = await CopyAsync(new CopyOptions { Progress = receiver, Logger = log, TimeProvider = clock });
        Assert.Equal(1, result.Uploaded);
        Assert.Single(receiver.Reports);
        Assert.Contains("no window", Assert.Single(log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_timer_that_fires_late_reports_nothing()
    {
        var (receiver, clock) = (new Receiver(static _ => { }), new CallbackTimeProvider());
        await CopyAsync(new CopyOptions { Progress = receiver, TimeProvider = clock });
        var count = receiver.Reports.Count;
        clock.Fire();
        Assert.Equal(count, receiver.Reports.Count);
    }

    [Fact]
    public async Task A_receiver_that_is_still_busy_is_not_called_again()
    {
        var clock = new CallbackTimeProvider();
        var calls = 0;
        var receiver = new Receiver(_ =>
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                // As the pool would call it, from another thread.
                var other = new Thread(clock.Fire);
                other.Start();
                other.Join();
                Assert.Equal(1, calls);
            }
        });
        await CopyAsync(new CopyOptions { Progress = receiver, TimeProvider = clock });
        Assert.Equal(2, calls);
    }

    private Task<CopyResult> CopyAsync(CopyOptions options) => ImageTransfer.CopyAsync(
        ImageEndpoint.Archive(DockerArchive("app.tar", "app:1")), ImageEndpoint.Registry(Registry), options, Token);

    private sealed class Receiver(Action<TransferProgress> report) : IProgress<TransferProgress>
    {
        public List<TransferProgress> Reports { get; } = [];

        public void Report(TransferProgress value)
        {
            Reports.Add(value);
            report(value);
        }
    }

    /// <summary>A clock whose periodic timers fire once when they are created, and then under control of the test.</summary>
    private sealed class CallbackTimeProvider : TimeProvider
    {
        private Action _fire = static () => { };

        public void Fire() => _fire();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (period == Timeout.InfiniteTimeSpan)
            {
                return base.CreateTimer(callback, state, dueTime, period);
            }

            _fire = () => callback(state);
            Fire();
            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
