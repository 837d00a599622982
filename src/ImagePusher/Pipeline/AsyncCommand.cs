using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;
using ImagePusher.Session;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Pipeline;

/// <summary>
/// The pump: lets a cmdlet start asynchronous work for each input and writes what it gives on the pipeline's thread, in
/// input order. Workers never touch the cmdlet; they leave messages and outputs that the pump picks up.
/// </summary>
public abstract class AsyncCommand : PSCmdlet, IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    // Bounds what finished inputs may hold while an earlier one is not done.
    private const int MaximumPending = 1000;

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _signal = new(0);
    private readonly ConcurrentQueue<Action<PSCmdlet>> _messages = new();
    private readonly Queue<PendingInput> _pending = new();
    private ProgressReporter? _progress;
    private bool _disposed;

    /// <summary>How many inputs may be under way at once.</summary>
    protected virtual int Window => 1;

    /// <summary>Takes messages from any thread and shows them on the pipeline's.</summary>
    protected ILogger Log => field ??= new MessageQueue(Post);

    /// <summary>Shows how far transfers are.</summary>
    protected ProgressReporter Progress => _progress ??= new ProgressReporter(this);

    /// <summary>True if the user gave the parameter.</summary>
    protected bool IsBound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>True if the call only asks what would happen.</summary>
    protected bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out var bound)
        ? bound is SwitchParameter { IsPresent: true }
        : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts the work on one input. What it writes comes out after all that earlier inputs write.</summary>
    /// <param name="input">The input as the user gave it: the target of its errors.</param>
    /// <param name="work">The work; a foreseen failure becomes one error record.</param>
    protected void Start(object? input, Func<PendingInput, CancellationToken, Task> work)
    {
        var pending = new PendingInput(input, Wake);
        _pending.Enqueue(pending);
        pending.Run(work, _stop.Token);
        Pump(() => _pending.Count < MaximumPending && _pending.Count(input => !input.Finished.IsCompleted) < Window);
    }

    /// <summary>Waits for something short, with messages shown meanwhile.</summary>
    protected T Await<T>(Func<CancellationToken, Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var task = Task.Run(() => work(_stop.Token));
        var done = task.ContinueWith(_ => Wake(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            Pump(() => done.IsCompleted);
        }
        catch
        {
            // Whatever ends the wait, no worker outlives it.
            _stop.Cancel();
            done.GetAwaiter().GetResult();
            throw;
        }

        return task.GetAwaiter().GetResult();
    }

    /// <summary>Waits for something short.</summary>
    protected void Await(Func<CancellationToken, Task> work) =>
        Await(async token =>
        {
            await work(token).ConfigureAwait(false);
            return true;
        });

    /// <summary>Runs a step and turns a foreseen failure into an error record; false if it failed.</summary>
    protected bool Try(object? input, Action step)
    {
        ArgumentNullException.ThrowIfNull(step);
        try
        {
            step();
            return true;
        }
        catch (ImagePusherException error)
        {
            // An earlier input's outputs come first.
            Drain();
            WriteError(ErrorRecords.Of(error, input));
            return false;
        }
    }

    /// <summary>Reads a parameter that is the same for all inputs; if it is wrong, the whole call ends with one error.</summary>
    protected T Require<T>(object? value, Func<T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        try
        {
            return read();
        }
        catch (ImagePusherException error)
        {
            ThrowTerminatingError(ErrorRecords.Of(error, value));
            throw;
        }
    }

    /// <summary>The platforms that -Platform names, each once; if one is malformed, the whole call ends with one error about it.</summary>
    private protected IReadOnlyList<Platform> RequirePlatforms(params string[]? texts) =>
        [.. (texts ?? []).SelectMany(text => Require(text, () => Platforms.Parse(text))).Distinct()];

    /// <summary>The patterns that a parameter lists; if one is malformed, the whole call ends with one error about it.</summary>
    private protected IReadOnlyCollection<WildcardPattern>? RequireWildcards(string[]? texts) =>
        texts?.Select(text => Require(text, () => Wildcards.Parse(text))).ToList();

    /// <summary>The cache in the folder that -CachePath names, the session's if it names none; false, with an error record, if that is no folder.</summary>
    private protected bool TryCache(string? path, [NotNullWhen(true)] out ImageCache? cache)
    {
        ImageCache? found = null;
        _ = Try(path, () => found = PusherSession.Current.Cache(path is null ? null : PathResolver.Target(this, path)));
        cache = found;
        return found is not null;
    }

    /// <summary>Waits until all inputs are done and written.</summary>
    protected void Drain() => Pump(() => _pending.Count == 0);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Drain();
        _progress?.Complete();
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>Stops the work and waits for its end. When a later command throws or stops the pipeline, only this runs.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || _disposed)
        {
            return;
        }

        _disposed = true;
        _stop.Cancel();
        Task.WhenAll(_pending.Select(pending => pending.Finished)).GetAwaiter().GetResult();
        _stop.Dispose();
        _signal.Dispose();
    }

    private void Post(Action<PSCmdlet> message)
    {
        _messages.Enqueue(message);
        Wake();
    }

    private void Wake()
    {
        try
        {
            _signal.Release();
        }
        catch (ObjectDisposedException)
        {
            // A worker's last word after the end has nobody left to wake.
        }
    }

    /// <summary>Writes what there is to write, in order, until the condition holds or the pipeline is stopped.</summary>
    private void Pump(Func<bool> isDone)
    {
        while (true)
        {
            WriteWhatIsReady();
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

    private void WriteWhatIsReady()
    {
        while (_messages.TryDequeue(out var message))
        {
            message(this);
        }

        while (_pending.TryPeek(out var head))
        {
            // Asked before the outputs are taken: what a finished input wrote is all there then.
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
