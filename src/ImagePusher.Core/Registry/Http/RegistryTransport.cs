using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Registry.Http;

/// <summary>Sends the requests of one caller to one host, through the chain of handlers that <see cref="HandlerChain"/> lists.</summary>
#pragma warning disable CA1001 // The handlers belong to the HostConnection; the invoker and the RetryHandler over them hold nothing.
internal sealed class RegistryTransport
#pragma warning restore CA1001
{
    private readonly HttpMessageInvoker _handlers;
    private readonly RegistryCaller _caller;

    public RegistryTransport(
        HostConnection connection, RegistryClientOptions client, RequestOptions options, RegistryCaller.CredentialSource credentials)
    {
        (Host, Time) = (connection.Host, client.TimeProvider);
        _caller = new RegistryCaller(credentials, options.Log, FailsFast: options.MaximumRetryCount is null);
        Retry = new RetryHandler(Host, options, client.TimeProvider) { InnerHandler = connection.Handlers };
        _handlers = new HttpMessageInvoker(Retry, disposeHandler: false);
    }

    public RegistryHost Host { get; }

    public ILogger Log => _caller.Log;

    public RetryHandler Retry { get; }

    public TimeProvider Time { get; }

    /// <summary>Sends a request until the response is a success or has an expected status.</summary>
    /// <exception cref="RegistryException">It was rejected, or the attempts are used up.</exception>
    /// <exception cref="TransientFailureException">A transient failure of a request without retries.</exception>
    public async Task<RegistryResponse> SendAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        using var message = new RegistryMessage(request, _caller);
        var response = await _handlers.SendAsync(message, cancellationToken).ConfigureAwait(false);
        return new RegistryResponse(response, message.Url, message.IsOwn, Host.Secrets);
    }

    /// <summary>The failure that an expected response means nevertheless.</summary>
    public Task<Exception> FailureOfAsync(RegistryResponse response, string purpose, CancellationToken cancellationToken) =>
        RegistryFailure.OfAsync(response, purpose, Host.Registry, null, Host.Settings.IdleTimeout, Time, cancellationToken);
}
