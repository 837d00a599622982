using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Oci;
using ImagePusher.Session;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Pipeline;

/// <summary>
/// The base class of cmdlets with asynchronous work. A cmdlet starts work for each input, and the message pump writes its output on the
/// pipeline thread, in input order. Workers never access the cmdlet; they queue messages and output.
/// </summary>
public abstract class AsyncCommand : PSCmdlet, IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    // Bounds the output that finished inputs hold back for an earlier one.
    private const int MaximumPending = 1000;

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _signal = new(0);
    private readonly ConcurrentQueue<Action<PSCmdlet>> _messages = new();
    private readonly Queue<PendingInput> _pending = new();
    private ProgressReporter? _progress;
    private ReferenceLines? _lines;
    private bool _disposed;

    /// <summary>The maximum number of inputs in progress.</summary>
    protected virtual int Window => 1;

    /// <summary>Receives messages from any thread and shows them on the pipeline thread.</summary>
    internal ILogger Log => field ??= new MessageQueue(Post);

    /// <summary>Shows the progress of transfers.</summary>
    internal ProgressReporter Progress => _progress ??= new ProgressReporter(this);

    /// <summary>True for <c>-WhatIf</c>: the call only reports what it would do.</summary>
    internal bool IsWhatIf => Call.IsWhatIf;

    /// <summary>Reads references from arguments and lists.</summary>
    private protected ReferenceLines Lines => _lines ??= new ReferenceLines(this);

    // First read by the pipeline thread, before it starts a worker.
    private CmdletCall Call => field ??= CmdletCall.Of(this);

    /// <summary>True if the user specified the parameter. Not for parameters that take pipeline input.</summary>
    protected bool IsBound(string parameter) => Call.IsBound(parameter);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts the work on one input. Its output follows the output of all earlier inputs.</summary>
    /// <param name="input">The unchanged input of the user: the target of its errors.</param>
    /// <param name="work">The work; an expected failure becomes one error record.</param>
    internal void Start(object? input, Func<PendingInput, CancellationToken, Task> work)
    {
        _ = Call;
        var pending = new PendingInput(input, Wake);
        _pending.Enqueue(pending);
        pending.Run(work, _stop.Token);
        Pump(() => _pending.Count < MaximumPending && _pending.Count(input => !input.Finished.IsCompleted) < Window);
    }

    /// <summary>Waits for a short operation and shows messages during the wait.</summary>
    internal T Await<T>(Func<CancellationToken, Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        _ = Call;
        var task = Task.Run(() => work(_stop.Token));
        var done = task.ContinueWith(
            _ => Wake(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            Pump(() => done.IsCompleted);
        }
        catch
        {
            // Workers end before the wait ends.
            Cancel();
            done.GetAwaiter().GetResult();
            throw;
        }

        return task.GetAwaiter().GetResult();
    }

    /// <summary>Waits for a short operation.</summary>
    internal void Await(Func<CancellationToken, Task> work) =>
        Await(async token =>
        {
            await work(token).ConfigureAwait(false);
            return true;
        });

    /// <summary>
    /// Runs a function of a worker on the pipeline thread, because scripts of the user must run there. An unexpected exception of the
    /// function ends the cmdlet.
    /// </summary>
    internal async Task<T> OnPipelineAsync<T>(Func<CancellationToken, T> function, CancellationToken cancellationToken)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(_ =>
        {
            try
            {
                result.SetResult(function(_stop.Token));
            }
            catch (ImagePusherException error)
            {
                result.SetException(error);
            }
        });
        return await result.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a step and turns an expected failure into a non-terminating error; false if it failed.</summary>
    internal bool Try(object? input, Action step)
    {
        ArgumentNullException.ThrowIfNull(step);
        try
        {
            step();
            return true;
        }
        catch (ImagePusherException error)
        {
            // The output of earlier inputs comes first.
            Drain();
            WriteError(ErrorRecords.Of(error, input, this));
            return false;
        }
    }

    /// <summary>Reads a parameter that is the same for all inputs; an invalid one is a terminating error.</summary>
    internal T Require<T>(object? value, Func<T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        try
        {
            return read();
        }
        catch (ImagePusherException error)
        {
            ThrowTerminatingError(ErrorRecords.Of(error, value, this));
            throw;
        }
    }

    /// <summary>The platforms of <c>-Platform</c>, without repetition; an invalid one is a terminating error.</summary>
    private protected IReadOnlyList<Platform> RequirePlatforms(params string[]? texts) =>
        [.. (texts ?? []).SelectMany(text => Require(text, () => PlatformParser.Parse(text))).Distinct()];

    /// <summary>The wildcard patterns of a parameter; an invalid one is a terminating error.</summary>
    private protected IReadOnlyCollection<WildcardPattern>? RequireWildcards(string[]? texts) =>
        texts?.Select(text => Require(text, () => Wildcards.Parse(text))).ToList();

    /// <summary>
    /// The cache in the folder of <c>-CachePath</c>, by default the session's cache; false, with an error, if the path is
    /// invalid.
    /// </summary>
    private protected bool TryCache(string? path, [NotNullWhen(true)] out ImageCache? cache)
    {
        ImageCache? found = null;
        _ = Try(path, () => found = SessionCache.Open(this, path));
        cache = found;
        return found is not null;
    }

    /// <summary>Waits until all inputs are processed and their output is written.</summary>
    protected void Drain() => Pump(() => _pending.Count == 0);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Drain();
        PusherSession.Current.Messages.WriteTo(this);
        _progress?.Complete();
        _lines?.Report();
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => Cancel();

    /// <summary>Stops the work and waits for its end. If a later command throws or stops the pipeline, only this method runs.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || _disposed)
        {
            return;
        }

        _disposed = true;
        Cancel();
        Task.WhenAll(_pending.Select(pending => pending.Finished)).GetAwaiter().GetResult();
        _stop.Dispose();
        _signal.Dispose();
    }

    private void Post(Action<PSCmdlet> message)
    {
        _messages.Enqueue(message);
        Wake();
    }

    private void Cancel()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The engine stops the pipeline from another thread, also when the cmdlet has just ended.
        }
    }

    private void Wake()
    {
        try
        {
            _signal.Release();
        }
        catch (ObjectDisposedException)
        {
            // A worker may still post a message after the cmdlet has ended.
        }
    }

    /// <summary>Writes messages and output, in order, until the condition holds or the pipeline is stopped.</summary>
    private void Pump(Func<bool> isDone)
    {
        while (true)
        {
            WriteReady();
            if (isDone())
            {
                return;
            }

            _progress?.Sample();
            try
            {
                _signal.Wait(Tick, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                Task.WhenAll(_pending.Select(pending => pending.Finished)).GetAwaiter().GetResult();
                throw new PipelineStoppedException();
            }
        }
    }

    private void WriteReady()
    {
        while (_messages.TryDequeue(out var message))
        {
            message(this);
        }

        while (_pending.TryPeek(out var head))
        {
            // Read before the output is taken, so that a finished input has queued all of it.
            var isFinished = head.Finished.IsCompleted;
            while (head.Outputs.TryDequeue(out var output))
            {
                output(this);
            }

            if (!isFinished)
            {
                return;
            }

            _pending.Dequeue();
        }
    }
}
