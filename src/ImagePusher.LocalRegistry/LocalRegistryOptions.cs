using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.LocalRegistry;

/// <summary>The options of a local registry.</summary>
public sealed record LocalRegistryOptions
{
    /// <summary>The port; 5000 by default, 0 for any free port.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or greater than 65535.</exception>
    public int Port
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 65535);
            field = value;
        }
    } = 5000;

    /// <summary>
    /// The host name or address to listen on, <c>*</c> for every address; null, the default, for loopback only (IPv4 and IPv6).
    /// Other addresses require <see cref="ReadOnly"/>, <see cref="Credential"/> or <see cref="AllowAnonymousWrite"/>.
    /// </summary>
    public string? Listen { get; init; }

    /// <summary>True to reject every change; false by default.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>The user and password that every request must have (Basic, RFC 7617); null, the default, for none.</summary>
    /// <remarks>The registry speaks plain HTTP: beyond this machine, put a reverse proxy with TLS in front of it.</remarks>
    public NetworkCredential? Credential { get; init; }

    /// <summary>True to allow pushes and deletions without credentials from other machines; false by default.</summary>
    public bool AllowAnonymousWrite { get; init; }

    /// <summary>
    /// The maximum time without sent or received bytes in a request before it is aborted; 2 minutes by default.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is neither positive and less than 24 days nor infinite.</exception>
    public TimeSpan IdleTimeout
    {
        get;
        init
        {
            // Timers of .NET have no longer times.
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value.TotalMilliseconds, int.MaxValue);
            field = value == Timeout.InfiniteTimeSpan ? value : Positive(value);
        }
    } = TimeSpan.FromMinutes(2);

    /// <summary>The time for which an abandoned upload is kept; 24 hours by default. Stopping the registry discards all unfinished
    /// uploads.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public TimeSpan UploadLifetime
    {
        get;
        init => field = Positive(value);
    } = TimeSpan.FromHours(24);

    /// <summary>Receives warnings, requests and their responses; discards them by default.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The clock of all timeouts; the system clock by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    private static TimeSpan Positive(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
        return value;
    }
}
