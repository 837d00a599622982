using System.Collections.Concurrent;
using ImagePusher.Core.Registry;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Sync;

/// <summary>
/// Delays copies while a registry allows fewer pulls than a minimum, so that other users of the limit can still pull.
/// </summary>
/// <param name="time">The clock of the wait.</param>
/// <param name="log">Receives one warning for each wait.</param>
internal sealed class RateLimitGate(TimeProvider time, ILogger log)
{
    /// <summary>The default interval between two checks of the limit: 15 minutes.</summary>
    public static readonly TimeSpan DefaultRetry = TimeSpan.FromMinutes(15);

    // A file may state any time, also none.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _locks = new();

    /// <summary>Waits until the registry allows at least the minimum of pulls.</summary>
    /// <param name="repository">The repository that is to be read.</param>
    /// <param name="tagOrDigest">An image of it.</param>
    /// <param name="rule">The minimum, and what to do below it.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="RegistryRateLimitedException">
    /// Fewer pulls remain, and the rule is to stop, or waiting does not help or has taken too long.
    /// </exception>
    public async Task EnterAsync(RegistryRepository repository, string tagOrDigest, RateLimitRule rule, CancellationToken cancellationToken)
    {
        if (rule.Minimum <= 0)
        {
            return;
        }

        // One check for all callers: the others wait for its result before they check the limit themselves.
        var gate = _locks.GetOrAdd(repository.Registry, static _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var start = time.GetTimestamp();
            while (await repository.GetRateLimitAsync(tagOrDigest, cancellationToken).ConfigureAwait(false)
                is { Remaining: { } remaining } allowed && remaining < rule.Minimum)
            {
                if (allowed.Limit < rule.Minimum)
                {
                    throw new RegistryRateLimitedException(
                        $"{repository.Registry} never allows more than {allowed.Limit} pulls; the minimum is {rule.Minimum}.",
                        "Set a lower minimum, or sign in with an account that is allowed more.");
                }

                if (rule.Stops || time.GetElapsedTime(start) >= SyncLimits.RateLimitWait)
                {
                    throw new RegistryRateLimitedException(
                        $"{repository.Registry} allows {remaining} more pulls; the minimum is {rule.Minimum}.",
                        "Try again later, sign in, or set a lower minimum.");
                }

                var wait = rule.Retry < ShortestWait ? ShortestWait : rule.Retry;
                log.Warning(FormattableString.Invariant(
                    $"{repository.Registry} allows {remaining} more pulls; the minimum is {rule.Minimum}. Waiting {wait:g}."));
                await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            gate.Release();
        }
    }
}

/// <summary>The minimum of remaining pulls.</summary>
/// <param name="Minimum">The minimum; 0 for none.</param>
/// <param name="Stops">True to fail below it, false to wait.</param>
/// <param name="Retry">The interval between two checks of the limit.</param>
internal sealed record RateLimitRule(int Minimum, bool Stops, TimeSpan Retry)
{
    /// <summary>No minimum.</summary>
    public static RateLimitRule None { get; } = new(0, false, RateLimitGate.DefaultRetry);
}
