using System.Runtime.ExceptionServices;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using Polly;
using Polly.Retry;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Registry;

/// <summary>Tries again what failed in passing: exponential waits with jitter, or as long as the server asks. The only file that knows Polly.</summary>
internal sealed class RetryPolicy
{
    /// <summary>The longest wait, whatever the server asks for, unless the first wait is a longer one.</summary>
    public static readonly TimeSpan MaximumDelay = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LongDelay = TimeSpan.FromSeconds(5);

    private readonly ResiliencePipeline _pipeline;
    private readonly int _maximumRetryCount;
    private readonly TimeSpan _longest;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly HostPause _pause;

    /// <summary>A policy.</summary>
    /// <param name="maximumRetryCount">How often; 0 means never.</param>
    /// <param name="interval">The first wait.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where each wait is told.</param>
    /// <param name="pause">The pause of the host that is asked.</param>
    public RetryPolicy(int maximumRetryCount, TimeSpan interval, TimeProvider time, ILogger log, HostPause pause)
    {
        (_maximumRetryCount, _time, _log, _pause) = (maximumRetryCount, time, log, pause);
        _longest = interval > MaximumDelay ? interval : MaximumDelay;
        _pipeline = maximumRetryCount > 0 ? Build(interval) : ResiliencePipeline.Empty;
    }

    /// <summary>Runs an action until it succeeds, fails for good, or the tries are used up.</summary>
    /// <exception cref="RegistryException">The last try's failure.</exception>
    public async Task<T> ExecuteAsync<T>(Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        await WaitForPauseAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            try
            {
                return await _pipeline.ExecuteAsync(
                    static async (attempt, token) => await attempt(token).ConfigureAwait(false), action, cancellationToken).ConfigureAwait(false);
            }
            catch (TransientFailureException failure) when (failure.MadeProgress && _maximumRetryCount > 0)
            {
                var delay = Cap(failure.RetryAfter ?? TimeSpan.Zero);
                Tell(failure, delay, "going on from there");
                await Task.Delay(delay, _time, cancellationToken).ConfigureAwait(false);
            }
            catch (TransientFailureException failure)
            {
                ExceptionDispatchInfo.Throw(failure.Final);
            }
        }
    }

    // Once, at the start: who was refused waits by itself, and must not wait for what it told others.
    private async Task WaitForPauseAsync(CancellationToken cancellationToken)
    {
        if (_pause.Left is var left && left > TimeSpan.Zero)
        {
            _log.Verbose(FormattableString.Invariant($"{_pause.Registry} asked for a pause; going on in {left.TotalSeconds:0.#} s."));
            await Task.Delay(left, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private ResiliencePipeline Build(TimeSpan interval)
    {
        var retry = new RetryStrategyOptions
        {
            MaxRetryAttempts = _maximumRetryCount,
            Delay = interval,
            MaxDelay = _longest,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = interval > TimeSpan.Zero,
            ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Exception is TransientFailureException { MadeProgress: false }),
            DelayGenerator = arguments => ValueTask.FromResult(
                arguments.Outcome.Exception is TransientFailureException { RetryAfter: { } wait } ? Cap(wait) : (TimeSpan?)null),
            OnRetry = arguments =>
            {
                Tell((TransientFailureException)arguments.Outcome.Exception!, arguments.RetryDelay,
                    $"try {arguments.AttemptNumber + 2} of {_maximumRetryCount + 1}");
                return ValueTask.CompletedTask;
            },
        };
        return new ResiliencePipelineBuilder { TimeProvider = _time }.AddRetry(retry).Build();
    }

    private void Tell(TransientFailureException failure, TimeSpan delay, string next)
    {
        var message = delay < TimeSpan.FromMilliseconds(1)
            ? $"{failure.Message} Now: {next}."
            : FormattableString.Invariant($"{failure.Message} In {delay.TotalSeconds:0.#} s: {next}.");

        // A limit is the host's: the first to be refused tells the user, and the others that they need not try.
        var isKnown = failure.Final is RegistryRateLimitedException && !_pause.Extend(delay);
        if (delay >= LongDelay && !isKnown)
        {
            _log.Warning(message);
        }
        else
        {
            _log.Verbose(message);
        }
    }

    private TimeSpan Cap(TimeSpan wait) => wait < TimeSpan.Zero ? TimeSpan.Zero : wait > _longest ? _longest : wait;
}
