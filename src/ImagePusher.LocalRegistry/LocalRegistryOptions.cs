using System.Net;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImagePusher.LocalRegistry;

/// <summary>How a local registry listens and what it allows; what is not set has the default that its member names.</summary>
public sealed record LocalRegistryOptions
{
    /// <summary>The port; 5000 unless told. 0 takes any that is free.</summary>
    public int Port { get; init; } = 5000;

    /// <summary>
    /// The host name or address to listen on, <c>*</c> for every address of this machine; null, the default, for this machine
    /// alone. Others than this machine are let in only with <see cref="ReadOnly"/>, <see cref="Credential"/> or
    /// <see cref="AllowAnonymousWrite"/>.
    /// </summary>
    public string? Listen { get; init; }

    /// <summary>True to serve pulls and refuse every change; false unless told.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>The user and password that every request must bring (Basic); null, the default, for none.</summary>
    /// <remarks>The registry speaks plain http: beyond this machine put it behind a proxy with TLS.</remarks>
    public NetworkCredential? Credential { get; init; }

    /// <summary>True to let anyone who reaches <see cref="Listen"/> push and delete without credentials; false unless told.</summary>
    public bool AllowAnonymousWrite { get; init; }

    /// <summary>How long a client may neither send nor take a byte in the middle of a request before it is cut off; two minutes unless told.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long an upload that nobody goes on with is kept; 24 hours unless told. The end of the registry ends all.</summary>
    public TimeSpan UploadLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Takes what there is to say: requests and their answers, clients that went away.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>The clock of time-outs; the system's unless told.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
