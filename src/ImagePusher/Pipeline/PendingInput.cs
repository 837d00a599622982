using System.Collections.Concurrent;
using System.Management.Automation;
using ImagePusher.Core;

namespace ImagePusher.Pipeline;

/// <summary>One input that is being processed, and the output that it has produced so far.</summary>
public sealed class PendingInput
{
    private readonly Action _wake;

    internal PendingInput(object? input, Action wake) => (Input, _wake) = (input, wake);

    /// <summary>The unchanged input of the user.</summary>
    public object? Input { get; }

    internal ConcurrentQueue<Action<PSCmdlet>> Outputs { get; } = new();

    /// <summary>Completes when the work ends; it never faults.</summary>
    internal Task Finished { get; private set; } = Task.CompletedTask;

    /// <summary>Writes an object to the pipeline, after the output of all earlier inputs.</summary>
    public void Write(object value) => Do(cmdlet => cmdlet.WriteObject(value));

    /// <summary>Writes an expected failure as an error record.</summary>
    /// <param name="error">The failure.</param>
    /// <param name="target">The target object of the error record; the input by default.</param>
    public void WriteError(ImagePusherException error, object? target = null) =>
        Do(cmdlet => cmdlet.WriteError(ErrorRecords.Of(error, target ?? Input, cmdlet)));

    /// <summary>Runs an action on the pipeline thread, after the output of all earlier inputs.</summary>
    public void Do(Action<PSCmdlet> action)
    {
        Outputs.Enqueue(action);
        _wake();
    }

    internal void Run(Func<PendingInput, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        Finished = Task.Run(
            async () =>
            {
                try
                {
                    await work(this, cancellationToken).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    // A stopped pipeline accepts no output.
                }
                catch (ImagePusherException error)
                {
                    // A cache or archive that lacks a blob or has damaged ones has no complete image that needs them.
                    error.NameImage(
                        error is IncompleteImageException or CacheCorruptException or DigestMismatchException ? Input as string : null);
                    WriteError(error);
                }
#pragma warning disable CA1031 // A bug: reported as an unexpected error on the pipeline thread, not lost in a task.
                catch (Exception error)
#pragma warning restore CA1031
                {
                    Do(cmdlet => cmdlet.WriteError(ErrorRecords.Of(error, Input, cmdlet)));
                }
                finally
                {
                    _wake();
                }
            },
            CancellationToken.None);
}
