using System.Collections.Concurrent;
using System.Management.Automation;
using ImagePusher.Core;

namespace ImagePusher.Pipeline;

/// <summary>One input whose work is under way, and what it has to write so far.</summary>
public sealed class PendingInput
{
    private readonly Action _wake;

    internal PendingInput(object? input, Action wake) => (Input, _wake) = (input, wake);

    /// <summary>The input as the user gave it.</summary>
    public object? Input { get; }

    internal ConcurrentQueue<Action<PSCmdlet>> Outputs { get; } = new();

    /// <summary>Ends when the work ended, and never fails.</summary>
    internal Task Finished { get; private set; } = Task.CompletedTask;

    /// <summary>Writes an object to the pipeline when this input's turn has come.</summary>
    public void Write(object value) => Do(cmdlet => cmdlet.WriteObject(value));

    /// <summary>Writes a foreseen failure as an error record.</summary>
    /// <param name="error">The failure.</param>
    /// <param name="target">What it is about; the input unless told.</param>
    public void WriteError(ImagePusherException error, object? target = null) =>
        Do(cmdlet => cmdlet.WriteError(ErrorRecords.Of(error, target ?? Input)));

    /// <summary>Does something on the pipeline's thread when this input's turn has come.</summary>
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
                    // Nobody waits for outputs of a pipeline that was stopped.
                }
                catch (ImagePusherException error)
                {
                    WriteError(error);
                }
#pragma warning disable CA1031 // A defect of ours: shown as what it is on the pipeline's thread, not lost in a task.
                catch (Exception error)
#pragma warning restore CA1031
                {
                    Do(cmdlet => cmdlet.WriteError(ErrorRecords.Of(error, Input)));
                }
                finally
                {
                    _wake();
                }
            },
            CancellationToken.None);
}
