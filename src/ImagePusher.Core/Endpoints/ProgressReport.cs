using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Endpoints;

/// <summary>
/// Samples the state of a copy and reports it about five times a second and once at the end. Reports never overlap, and the report at the
/// end is the last one.
/// </summary>
/// <remarks>
/// A receiver that throws an exception gets no further reports, and the copy continues: it is called by a timer, where an exception would
/// terminate the process.
/// </remarks>
internal sealed class ProgressReport : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly CopyOptions _options;
    private readonly ImageReference _name;
    private readonly ITimer? _timer;
    private Exception? _failure;
    private bool _isEnded;

    /// <param name="options">The receiver, the clock and the log.</param>
    /// <param name="name">The name that the image gets.</param>
    public ProgressReport(CopyOptions options, ImageReference name)
    {
        _options = options;
        _name = name;
        _timer = options.Progress is null ? null : options.TimeProvider.CreateTimer(_ => Sample(), null, Interval, Interval);
    }

    public CopyMonitor Monitor { get; } = new();

    public void Dispose()
    {
        _timer?.Dispose();
        lock (_lock)
        {
            Report();
            _isEnded = true;
        }

        if (_failure is { } failure)
        {
            _options.Logger.Warning($"The progress of {_name} was not reported to its end: the receiver failed: {failure.Message}");
        }
    }

    // A receiver that is slower than the interval misses reports.
    private void Sample()
    {
        if (!_lock.TryEnter())
        {
            return;
        }

        try
        {
            Report();
        }
        finally
        {
            _lock.Exit();
        }
    }

    private void Report()
    {
        if (_isEnded || _failure is not null || _options.Progress is not { } progress)
        {
            return;
        }

        try
        {
            progress.Report(Monitor.Snapshot(_name));
        }
        catch (Exception error)
        {
            _failure = error;
        }
    }
}
