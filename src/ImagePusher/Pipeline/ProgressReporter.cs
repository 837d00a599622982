using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;

namespace ImagePusher.Pipeline;

/// <summary>Shows transfers as progress: a bar for each image and below it one for each blob on its way, at most five times a second.</summary>
public sealed class ProgressReporter
{
    // Bars beyond these push everything else off a terminal.
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
        _isShown = cmdlet.Host?.Name != "ConsoleHost" || !Console.IsOutputRedirected;
    }

    /// <summary>Takes a transfer in, from any thread; it is shown until it is disposed.</summary>
    /// <param name="activity">What is done: <c>Pushing</c>.</param>
    /// <param name="image">The image's name.</param>
    /// <param name="transfer">How far it is.</param>
    public IDisposable Show(string activity, string image, TransferProgress transfer)
    {
        var shown = new Shown(Interlocked.Add(ref _lastId, MaximumBlobs + 1), $"{activity} {image}", transfer);
        lock (_gate)
        {
            _shown.Add(shown);
        }

        return shown;
    }

    /// <summary>Writes the state of all transfers, if the last time is long enough ago. On the pipeline's thread.</summary>
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

    /// <summary>Takes all bars away. On the pipeline's thread.</summary>
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
        var (done, total) = (transfer.Done, transfer.Total);
        var rate = done / Math.Max(shown.Watch.Elapsed.TotalSeconds, 0.001);
        var status = total == 0 ? "reading manifests" : string.Create(
            CultureInfo.InvariantCulture, $"{SizeText.Of(done)} of {SizeText.Of(total)}, {SizeText.Of((long)rate)}/s");
        shown.IsVisible = true;
        _cmdlet.WriteProgress(new ProgressRecord(shown.Id, shown.Activity, status)
        {
            PercentComplete = Percent(done, total),
            SecondsRemaining = rate > 0 && total > 0 ? (int)Math.Min((total - done) / rate, int.MaxValue) : -1,
        });

        var slot = 0;
        foreach (var blob in transfer.Blobs.Where(blob => blob.State == BlobState.Sending).Take(MaximumBlobs))
        {
            slot++;
            _cmdlet.WriteProgress(new ProgressRecord(shown.Id + slot, $"{(blob.IsLayer ? "layer" : "config")} {blob.Blob.Digest.ToString()[..19]}", $"{SizeText.Of(blob.Done)} of {SizeText.Of(blob.Total)}")
            {
                ParentActivityId = shown.Id,
                PercentComplete = Percent(blob.Done, blob.Total),
            });
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
            _cmdlet.WriteProgress(new ProgressRecord(shown.Id + slot, "layer", "done") { ParentActivityId = shown.Id, RecordType = ProgressRecordType.Completed });
        }
    }

    private static int Percent(long done, long total) => total == 0 ? -1 : (int)Math.Clamp(done * 100.0 / total, 0, 100);

    private sealed class Shown(int id, string activity, TransferProgress transfer) : IDisposable
    {
        public int Id { get; } = id;

        public string Activity { get; } = activity;

        public TransferProgress Transfer { get; } = transfer;

        public Stopwatch Watch { get; } = Stopwatch.StartNew();

        public int Slots { get; set; }

        public bool IsVisible { get; set; }

        public bool IsEnded { get; private set; }

        public void Dispose() => IsEnded = true;
    }
}
