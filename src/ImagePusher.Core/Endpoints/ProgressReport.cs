using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Endpoints;

/// <summary>Samples the state of a copy and reports it: about five times a second, and once at the end.</summary>
internal sealed class ProgressReport : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly IProgress<TransferProgress>? _progress;
    private readonly ITimer? _timer;

    public ProgressReport(CopyOptions options)
    {
        _progress = options.Progress;
        _timer = _progress is null ? null : options.TimeProvider.CreateTimer(_ => Report(), null, Interval, Interval);
    }

    public CopyMonitor Monitor { get; } = new();

    public void Dispose()
    {
        _timer?.Dispose();
        Report();
    }

    private void Report() => _progress?.Report(Monitor.Snapshot());
}
