using System.Diagnostics;

namespace ImagePusher.Core.Registry.Http;

/// <summary>
/// Creates the HTTP request with its body, cancels it if its connection is idle for too long, and logs its result. The response's body is
/// limited where it is read.
/// </summary>
internal sealed class LimitsHandler(RegistryHost host, RegistryClientOptions client) : DelegatingHandler
{
    /// <summary>From this length on a body is announced first, so that a rejection is not seen as a lost connection.</summary>
    public const int AnnouncedLength = 1024 * 1024;

    // The minimum speed at which a registry verifies the received content before it responds.
    private const long VerifiedBytesPerSecond = 10 * 1024 * 1024;

    private readonly TimeProvider _time = client.TimeProvider;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var message = (RegistryMessage)request;
        while (true)
        {
            using var timer = new IdleTimer(host.Settings.IdleTimeout, _time, cancellationToken);
            using var wire = Create(message, timer);
            var (start, sent) = (Stopwatch.GetTimestamp(), _time.GetTimestamp());
            HttpResponseMessage response;
            try
            {
                response = await base.SendAsync(wire, timer.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is OperationCanceledException or HttpRequestException or IOException
                || wire.Content is BlobContent { SourceFailure: not null })
            {
                throw Failure(error, message, wire, timer, cancellationToken);
            }

            if (wire.Content is null && message.IsOwn)
            {
                host.Observe(_time.GetElapsedTime(sent));
            }

            message.Log.Debug(FormattableString.Invariant(
                $"{Shown(message)} -> {(int)response.StatusCode} in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms"));
            host.Warn(response, message.Log);
            if (wire.Headers.ExpectContinue is not true || !IsAnnouncementRejected((BlobContent)wire.Content!, response, sent))
            {
                return response;
            }

            response.Dispose();
        }
    }

    private HttpRequestMessage Create(RegistryMessage message, IdleTimer timer)
    {
        var request = message.Request;
        var wire = new HttpRequestMessage(request.Method, UrlText.ToUri(message.Url)) { Content = request.Content?.Invoke(timer) };
        wire.Headers.Authorization = message.Headers.Authorization;
        foreach (var type in request.Accept)
        {
            wire.Headers.TryAddWithoutValidation("Accept", type);
        }

        if (request.Offset > 0)
        {
            wire.Headers.TryAddWithoutValidation("Range", FormattableString.Invariant($"bytes={request.Offset}-"));
        }

        wire.Headers.TryAddWithoutValidation("User-Agent", client.UserAgent);
        if (request.OwnConnection)
        {
            wire.Options.Set(RegistryMessage.NewConnection, true);
        }

        var verification = TimeSpan.FromSeconds((request.Length ?? 0) / VerifiedBytesPerSecond);
        if (wire.Content is BlobContent blob)
        {
            wire.Headers.ExpectContinue = request.Length is null or >= AnnouncedLength && host.Uploads.Announces;
            blob.VerificationTime = verification;
        }
        else
        {
            timer.Touch(verification);
        }

        return wire;
    }

    private bool IsAnnouncementRejected(BlobContent blob, HttpResponseMessage response, long sent)
    {
        host.Uploads.LearnAnnouncement(response.StatusCode, blob.Started is { } started ? _time.GetElapsedTime(sent, started) : null);
        return response.StatusCode == System.Net.HttpStatusCode.ExpectationFailed;
    }

    private Exception Failure(
        Exception error, RegistryMessage message, HttpRequestMessage wire, IdleTimer timer, CancellationToken cancellationToken)
    {
        if (wire.Content is BlobContent { SourceFailure: { } source } && !timer.IsExpired)
        {
            // A failure of the body's source is not a failure of the network.
            source.Throw();
        }

        if (error.GetBaseException() is ForbiddenAddressException forbidden)
        {
            return host.UrlPolicy.Private(
                $"{wire.RequestUri!.Authority} ({forbidden.Address})", message.UrlUse, message.Request.Purpose);
        }

        if (error is OperationCanceledException && cancellationToken.IsCancellationRequested)
        {
            return new OperationCanceledException(error.Message, error, cancellationToken);
        }

        if (error is OperationCanceledException)
        {
            error = new TimeoutException(
                timer.IsExpired
                    ? FormattableString.Invariant($"sent no data for {timer.Limit.TotalSeconds:0} seconds")
                    : "did not accept the connection in time",
                error);
        }

        var reason = error is TimeoutException ? "time-out" : host.Secrets.OneLine(error.GetBaseException().Message);
        message.Log.Debug($"{Shown(message)} -> {reason}");
        return RegistryFailure.OfConnection(
            error, message.Request.Purpose, host.Registry, host.Secrets, message.Url, host.ProxyOf(wire.RequestUri!));
    }

    // The query of a URL that a server named may be a secret.
    private string Shown(RegistryMessage message)
    {
        var isOurs = message.Request.Target.StartsWith('/') && message.Url.EndsWith(message.Request.Target, StringComparison.Ordinal);
        return $"{message.Method} {(isOurs ? message.Url : host.Secrets.Url(message.Url))}";
    }
}
