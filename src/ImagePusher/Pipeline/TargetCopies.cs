using System.Management.Automation;
using ImagePusher.Core;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Pipeline;

/// <summary>Copies images to several targets. A failed target does not stop the other targets of its image.</summary>
/// <param name="command">The cmdlet.</param>
/// <param name="copies">Copies an image, or plans its copy.</param>
/// <param name="maximum">The maximum number of concurrent copies of images that have several targets.</param>
internal sealed class TargetCopies(AsyncCommand command, CopyRunner copies, int maximum) : IDisposable
{
    private readonly SemaphoreSlim _places = new(maximum);

    /// <summary>Copies one image to those of its targets that are confirmed; the output is in the order of the targets.</summary>
    /// <param name="input">The unchanged input of the user.</param>
    /// <param name="targets">A copy for each target, and what makes its output object.</param>
    /// <param name="prepare">Runs once before the copies; if it fails, nothing is copied.</param>
    public void Start(
        object? input, IReadOnlyList<(CopyRequest Copy, Func<CopyResult, CancellationToken, Task<object>> Output)> targets,
        Func<IReadOnlyList<CopyRequest>, CancellationToken, Task> prepare)
    {
        var wanted = targets.Where(target => copies.Confirms(target.Copy)).ToList();
        if (wanted.Count == 0)
        {
            return;
        }

        var progress = command.Progress;
        command.Start(input, async (pending, token) =>
        {
            await prepare([.. wanted.Select(target => target.Copy)], token).ConfigureAwait(false);

            // The number of images in progress is bounded; only their further targets need a bound of their own.
            var places = wanted.Count > 1 ? _places : null;
            var running = wanted.Select(target => RunAsync(target.Copy, target.Output, progress, places, token)).ToList();
            try
            {
                foreach (var copy in running)
                {
                    await WriteAsync(copy, pending).ConfigureAwait(false);
                }
            }
            finally
            {
                await ((Task)Task.WhenAll(running)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });
    }

    public void Dispose() => _places.Dispose();

    private static async Task WriteAsync(Task<Action<PSCmdlet>> copy, PendingInput pending)
    {
        try
        {
            pending.Do(await copy.ConfigureAwait(false));
        }
        catch (ImagePusherException error)
        {
            pending.WriteError(error);
        }
    }

    private async Task<Action<PSCmdlet>> RunAsync(
        CopyRequest copy, Func<CopyResult, CancellationToken, Task<object>> output, ProgressReporter progress, SemaphoreSlim? places,
        CancellationToken cancellationToken)
    {
        await (places?.WaitAsync(cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
        try
        {
            Action<PSCmdlet> written = static _ => { };
            await copies.RunAsync(copy, output, progress, write => written = write, cancellationToken).ConfigureAwait(false);
            return written;
        }
        finally
        {
            places?.Release();
        }
    }
}
