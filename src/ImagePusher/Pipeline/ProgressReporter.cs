using System.Diagnostics;
using System.Management.Automation;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;

namespace ImagePusher.Pipeline;

/// <summary>
/// Shows the progress of transfers: a bar for each image, and below it one for each blob in progress, at most five times a
/// second.
/// </summary>
public sealed class ProgressReporter
{
    // More bars would fill a terminal.
    private const int MaximumBlobs = 6;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static int _lastId;

    private readonly PSCmdlet _cmdlet;
    private readonly bool _isShown;
    private readonly List<Shown> _shown = [];
    private readonly Lock _gate = new();
    private long _lastSample;

    internal ProgressReporter(PSCmdlet cmdlet)
    {
        _cmdlet = cmdlet;
        _isShown = IsInteractive(cmdlet);
    }

    /// <summary>Adds a transfer, from any thread; it is shown until the result is disposed.</summary>
    /// <param name="activity">The activity: <c>Pushing</c>.</param>
    /// <param name="image">The image's name.</param>
    /// <param name="transfer">The progress of the transfer.</param>
    internal IDisposable Show(string activity, string image, CopyMonitor transfer)
    {
        var shown = new Shown(Interlocked.Add(ref _lastId, MaximumBlobs + 1), $"{activity} {TerminalText.Escape(image)}", transfer);
        lock (_gate)
        {
            _shown.Add(shown);
        }

        return shown;
    }

    /// <summary>Writes the state of all transfers, at most once per interval. Call it on the pipeline thread.</summary>
    internal void Sample()
    {
        if (!_isShown || (_lastSample != 0 && Stopwatch.GetElapsedTime(_lastSample) < Interval))
        {
            return;
        }

        _lastSample = Stopwatch.GetTimestamp();
        foreach (var shown in Take())
        {
            if (shown.IsEnded)
            {
                End(shown);
            }
            else
            {
                Write(shown);
            }
        }
    }

    /// <summary>Removes all bars. Call it on the pipeline thread.</summary>
    internal void Complete()
    {
        foreach (var shown in Take())
        {
            End(shown);
        }
    }

    private Shown[] Take()
    {
        lock (_gate)
        {
            return [.. _shown];
        }
    }

    private void Write(Shown shown)
    {
        var transfer = shown.Transfer;
        shown.IsVisible = true;
        _cmdlet.WriteProgress(Record(shown.Id, -1, shown.Activity, transfer.Done, transfer.Total, transfer.Moved, shown.Watch.Elapsed));

        var slot = 0;
        foreach (var blob in transfer.Blobs.Where(blob => blob.State == BlobState.Sending).Take(MaximumBlobs))
        {
            slot++;
            var activity = $"{(blob.IsLayer ? "layer" : "config")} {blob.Blob.Digest.ToString()[..19]}";
            _cmdlet.WriteProgress(Record(shown.Id + slot, shown.Id, activity, blob.Done, blob.Total, blob.Moved, blob.Elapsed));
        }

        EndSlots(shown, slot);
        shown.Slots = slot;
    }

    private void End(Shown shown)
    {
        if (shown.IsVisible)
        {
            EndSlots(shown, 0);
            _cmdlet.WriteProgress(new ProgressRecord(shown.Id, shown.Activity, "done") { RecordType = ProgressRecordType.Completed });
        }

        lock (_gate)
        {
            _shown.Remove(shown);
        }
    }

    private void EndSlots(Shown shown, int from)
    {
        for (var slot = shown.Slots; slot > from; slot--)
        {
            _cmdlet.WriteProgress(
                new ProgressRecord(shown.Id + slot, "layer", "done")
                {
                    ParentActivityId = shown.Id,
                    RecordType = ProgressRecordType.Completed
                });
        }
    }

    // Existing content counts as done, but not for the rate.
    private static ProgressRecord Record(int id, int parent, string activity, long done, long total, long moved, TimeSpan elapsed)
    {
        var rate = moved / Math.Max(elapsed.TotalSeconds, 0.001);
        var status = total == 0 ? "reading manifests" : $"{SizeText.Of(done)} of {SizeText.Of(total)}, {SizeText.Of((long)rate)}/s";
        return new ProgressRecord(id, activity, status)
        {
            ParentActivityId = parent,
            PercentComplete = total == 0 ? -1 : (int)Math.Clamp(done * 100.0 / total, 0, 100),
            SecondsRemaining = rate > 0 && total > 0 ? (int)Math.Min((total - done) / rate, int.MaxValue) : -1,
        };
    }

    // Progress is for people: not for a log, and not with -NonInteractive.
    private static bool IsInteractive(PSCmdlet cmdlet) => cmdlet.Host?.Name is not "ConsoleHost"
        || (!Console.IsOutputRedirected
            && !Environment.GetCommandLineArgs().Any(argument => argument.StartsWith("-noni", StringComparison.OrdinalIgnoreCase)));

    private sealed class Shown(int id, string activity, CopyMonitor transfer) : IDisposable
    {
        public int Id { get; } = id;

        public string Activity { get; } = activity;

        public CopyMonitor Transfer { get; } = transfer;

        public Stopwatch Watch { get; } = Stopwatch.StartNew();

        public int Slots { get; set; }

        public bool IsVisible { get; set; }

        public bool IsEnded { get; private set; }

        public void Dispose() => IsEnded = true;
    }
}
