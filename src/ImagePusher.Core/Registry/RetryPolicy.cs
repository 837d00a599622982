using System.Runtime.ExceptionServices;
using ImagePusher.Core.Content;
using Polly;
using Polly.Retry;

namespace ImagePusher.Core.Registry;

/// <summary>Tries again what failed in passing: exponential waits with jitter, or as long as the server asks. The only file that knows Polly.</summary>
/// <param name="maximumRetryCount">How often; 0 means never.</param>
/// <param name="interval">The first wait.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where each wait is told.</param>
internal sealed class RetryPolicy(int maximumRetryCount, TimeSpan interval, TimeProvider time, ITransferLog log)
{
    /// <summary>The longest wait, whatever the server asks for.</summary>
    public static readonly TimeSpan MaximumDelay = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LongDelay = TimeSpan.FromSeconds(5);

    private readonly ResiliencePipeline _pipeline = Build(maximumRetryCount, interval, time, log);

    /// <summary>Runs an action until it succeeds, fails for good, or the tries are used up.</summary>
    /// <exception cref="RegistryException">The last try's failure.</exception>
    public async Task<T> ExecuteAsync<T>(Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await _pipeline.ExecuteAsync(
                    static async (attempt, token) => await attempt(token).ConfigureAwait(false), action, cancellationToken).ConfigureAwait(false);
            }
            catch (TransientFailureException failure) when (failure.MadeProgress && maximumRetryCount > 0)
            {
                var delay = Cap(failure.RetryAfter ?? TimeSpan.Zero);
                Tell(log, failure, delay, "going on from there");
                await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
            }
            catch (TransientFailureException failure)
            {
                ExceptionDispatchInfo.Throw(failure.Final);
            }
        }
    }

    private static ResiliencePipeline Build(int maximumRetryCount, TimeSpan interval, TimeProvider time, ITransferLog log)
    {
        if (maximumRetryCount <= 0)
        {
            return ResiliencePipeline.Empty;
        }

        var retry = new RetryStrategyOptions
        {
            MaxRetryAttempts = maximumRetryCount,
            Delay = interval,
            MaxDelay = MaximumDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = interval > TimeSpan.Zero,
            ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Exception is TransientFailureException { MadeProgress: false }),
            DelayGenerator = static arguments => ValueTask.FromResult(
                arguments.Outcome.Exception is TransientFailureException { RetryAfter: { } wait } ? Cap(wait) : (TimeSpan?)null),
            OnRetry = arguments =>
            {
                Tell(log, (TransientFailureException)arguments.Outcome.Exception!, arguments.RetryDelay,
                    $"try {arguments.AttemptNumber + 2} of {maximumRetryCount + 1}");
                return ValueTask.CompletedTask;
            },
        };
        return new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(retry).Build();
    }

    private static void Tell(ITransferLog log, TransientFailureException failure, TimeSpan delay, string next)
    {
        var message = delay < TimeSpan.FromMilliseconds(1)
            ? $"{failure.Message} Now: {next}."
            : FormattableString.Invariant($"{failure.Message} In {delay.TotalSeconds:0.#} s: {next}.");
        if (delay >= LongDelay)
        {
            log.Warning(message);
        }
        else
        {
            log.Verbose(message);
        }
    }

    private static TimeSpan Cap(TimeSpan wait) =>
        wait < TimeSpan.Zero ? TimeSpan.Zero : wait > MaximumDelay ? MaximumDelay : wait;
}
