using System.Diagnostics;
using ImagePusher.Core;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;

namespace ImagePusher.Pipeline;

/// <summary>Describes how the copy of one image ended.</summary>
/// <param name="item">The image.</param>
/// <param name="target">Its target name; null if it got none.</param>
/// <param name="retries">Counts the requests that were sent again; null if none was sent.</param>
/// <param name="started">The time stamp of the start.</param>
internal sealed class SyncOutcome(SyncItem item, ImageReference? target, RetryCounter? retries, long started)
{
    public SyncResult Of(CopyResult result) => Result(
        result.BytesSent == 0 ? "Unchanged" : "Copied", result.Name, result.Manifest.Digest.ToString(), result.BytesSent);

    public SyncResult Failed(ImagePusherException error) => Result("Failed", target, null, 0, error, ErrorRecords.IdOf(error));

    public SyncResult Skipped(ImagePusherException error) => Result("Skipped", target, null, 0, error);

    private SyncResult Result(
        string state, ImageReference? name, string? digest, long bytes, ImagePusherException? error = null, string? errorId = null) => new()
        {
            Source = item.Source.ToString(),
            Reference = name?.ToString(),
            State = state,
            Digest = digest,
            Error = error?.Message,
            ErrorId = errorId,
            Attempts = retries?.Attempts ?? 0,
            Bytes = bytes,
            Duration = Stopwatch.GetElapsedTime(started),
            Path = OutputText.Of(item.Path),
            Line = item.Line,
        };
}
