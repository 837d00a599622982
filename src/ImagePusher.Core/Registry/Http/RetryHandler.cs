using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace ImagePusher.Core.Registry.Http;

/// <summary>
/// Retries transient failures: exponential delays with jitter, or as long as the server asks. The only file that references Polly,
/// which is loaded at the first failure.
/// </summary>
internal sealed class RetryHandler : DelegatingHandler
{
    /// <summary>The maximum delay, also for delays that the server requests, unless the first delay is longer.</summary>
    public static readonly TimeSpan MaximumDelay = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LongDelay = TimeSpan.FromSeconds(5);

    private readonly RegistryHost _host;
    private readonly int _maximumRetryCount;
    private readonly TimeSpan _interval;
    private readonly TimeSpan _longest;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private Backoff? _backoff;

    public RetryHandler(RegistryHost host, RequestOptions options, TimeProvider time)
    {
        (_host, _time, _log) = (host, time, options.Log);
        _maximumRetryCount = options.MaximumRetryCount ?? host.Settings.MaximumRetryCount;
        _interval = options.RetryInterval ?? host.Settings.RetryInterval;
        _longest = _interval > MaximumDelay ? _interval : MaximumDelay;
    }

    /// <summary>Runs an operation of several requests until it succeeds, fails for good, or the attempts are used up.</summary>
    /// <exception cref="RegistryException">The failure of the last attempt.</exception>
    public async Task<T> ExecuteAsync<T>(Func<CancellationToken, Task<T>> operation, CancellationToken cancellationToken)
    {
        await WaitForPauseAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            try
            {
                return await RunAsync(operation, cancellationToken).ConfigureAwait(false);
            }
            catch (TransientFailureException failure) when (failure.MadeProgress && _maximumRetryCount > 0)
            {
                var delay = Cap(failure.RetryAfter ?? TimeSpan.Zero);
                Report(failure, delay, "continuing from there");
                await Task.Delay(delay, _time, cancellationToken).ConfigureAwait(false);
            }
            catch (TransientFailureException failure)
            {
                ExceptionDispatchInfo.Throw(failure.Final);
            }
        }
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var message = (RegistryMessage)request;
        return message.Request.Retries
            ? ExecuteAsync(token => SendOnceAsync(message, token), cancellationToken)
            : SendOnceAsync(message, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendOnceAsync(RegistryMessage message, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(message, cancellationToken).ConfigureAwait(false);
        if (message.Request.Accepts(response.StatusCode))
        {
            return response;
        }

        using (response)
        {
            throw await RegistryFailure.OfAsync(
                new RegistryResponse(response, message.Url, message.IsOwn, _host.Secrets), message.Request.Purpose,
                _host.Registry, message.Credential, _host.Settings.IdleTimeout, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    // Once, at the start: a caller whose request was rejected waits by itself, and must not wait for the pause that it reported to the
    // others.
    private Task WaitForPauseAsync(CancellationToken cancellationToken)
    {
        if (_host.Pause.Left is var left && left <= TimeSpan.Zero)
        {
            return Task.CompletedTask;
        }

        _log.Information(FormattableString.Invariant($"{_host.Registry} asked for a pause; continuing in {left.TotalSeconds:0.#} s."));
        return Task.Delay(left, _time, cancellationToken);
    }

    private async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> operation, CancellationToken cancellationToken)
    {
        TransientFailureException first;
        try
        {
            return await operation(cancellationToken).ConfigureAwait(false);
        }
        catch (TransientFailureException failure) when (!failure.MadeProgress && _maximumRetryCount > 0)
        {
            first = failure;
        }

        return await (_backoff ??= new Backoff(this)).ContinueAsync(first, operation, cancellationToken).ConfigureAwait(false);
    }

    private void Report(TransientFailureException failure, TimeSpan delay, string next)
    {
        var message = delay < TimeSpan.FromMilliseconds(1)
            ? $"{failure.Message} Now: {next}."
            : FormattableString.Invariant($"{failure.Message} In {delay.TotalSeconds:0.#} s: {next}.");

        // A rate limit applies to the host: the first rejected caller writes the warning and pauses the others.
        var isKnown = failure.Final is RegistryRateLimitedException && !_host.Pause.Extend(delay);
        _log.Retrying(delay >= LongDelay && !isKnown, message);
    }

    private TimeSpan Cap(TimeSpan wait) => wait < TimeSpan.Zero ? TimeSpan.Zero : wait > _longest ? _longest : wait;

    /// <summary>The delays and attempts after a first failure.</summary>
    private sealed class Backoff
    {
        private readonly ResiliencePipeline _pipeline;

        public Backoff(RetryHandler owner) => _pipeline = new ResiliencePipelineBuilder { TimeProvider = owner._time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = owner._maximumRetryCount,
                Delay = owner._interval,
                MaxDelay = owner._longest,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = owner._interval > TimeSpan.Zero,
                ShouldHandle = static arguments =>
                    ValueTask.FromResult(arguments.Outcome.Exception is TransientFailureException { MadeProgress: false }),
                DelayGenerator = arguments => ValueTask.FromResult(
                    arguments.Outcome.Exception is TransientFailureException { RetryAfter: { } wait } ? owner.Cap(wait) : (TimeSpan?)null),
                OnRetry = arguments =>
                {
                    owner.Report(
                        (TransientFailureException)arguments.Outcome.Exception!, arguments.RetryDelay,
                        $"attempt {arguments.AttemptNumber + 2} of {owner._maximumRetryCount + 1}");
                    return ValueTask.CompletedTask;
                },
            })
            .Build();

        /// <summary>Continues after a failure, which counts as the first attempt.</summary>
        public async Task<T> ContinueAsync<T>(
            TransientFailureException first, Func<CancellationToken, Task<T>> operation, CancellationToken cancellationToken)
        {
            TransientFailureException? failure = first;
            return await _pipeline.ExecuteAsync(
                async token => Interlocked.Exchange(ref failure, null) is { } failed
                    ? throw failed
                    : await operation(token).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
        }
    }
}
