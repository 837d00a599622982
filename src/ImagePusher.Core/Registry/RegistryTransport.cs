using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Registry.Authentication;
using ImagePusher.Core.Registry.Uploads;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Registry;

/// <summary>The one path by which requests reach a registry: authentication, redirects by hand, retries, errors.</summary>
internal sealed class RegistryTransport
{
    /// <summary>From this length on a body is announced first, so that a refusal is not seen as a lost connection.</summary>
    public const int AnnouncedLength = 1024 * 1024;

    private const int MaximumRedirects = 10;

    // The slowest that a registry may check what it received, before it answers.
    private const long CheckedBytesPerSecond = 10 * 1024 * 1024;

    private readonly RegistryHost _host;
    private readonly RegistryClientOptions _client;
    private readonly CredentialSource _credential;

    public RegistryTransport(
        RegistryHost host, RegistryClientOptions client, RequestOptions options, CredentialSource credential)
    {
        (_host, _client, _credential, Log) = (host, client, credential, options.Log);
        GivesUpEarly = options.MaximumRetryCount is null;
        Retry = new RetryPolicy(
            options.MaximumRetryCount ?? host.Options.MaximumRetryCount, options.RetryInterval ?? host.Options.RetryInterval, client.TimeProvider, options.Log, host.Pause);
    }

    /// <summary>Who asks; where one was refused, another if there is one by now.</summary>
    internal delegate ValueTask<RegistryCredential?> CredentialSource(RegistryCredential? refused, CancellationToken cancellationToken);

    public RegistryHost Host => _host;

    public ILogger Log { get; }

    public RetryPolicy Retry { get; }

    public TimeProvider Time => _client.TimeProvider;

    /// <summary>True if a host where nobody listens gets fewer tries than one that once answered.</summary>
    public bool GivesUpEarly { get; }

    /// <summary>Sends a request until it is answered with success or an expected status.</summary>
    /// <exception cref="RegistryException">It was refused, or the tries are used up.</exception>
    /// <exception cref="TransientFailureException">It failed in passing, and the request wants no retries.</exception>
    public Task<RegistryResponse> SendAsync(RegistryRequest request, CancellationToken cancellationToken) => request.Retries
        ? Retry.ExecuteAsync(token => SendOnceAsync(request, token), cancellationToken)
        : SendOnceAsync(request, cancellationToken);

    /// <summary>Sends what is no request to the repository itself: the first question to a host, a token request.</summary>
    public async Task<HttpResponseMessage> SendRawAsync(Func<HttpRequestMessage> make, string purpose, CancellationToken cancellationToken)
    {
        using var watch = new IdleTimer(_host.Options.IdleTimeout, Time, cancellationToken);
        using var message = make();
        return await SendHttpAsync(message, _host.Http, purpose, hidesQuery: true, watch, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>How the host wants to be asked, as GET /v2/ tells it.</summary>
    public async Task<IReadOnlyList<Challenge>> AskForChallengesAsync(string purpose, CancellationToken cancellationToken)
    {
        using var answer = await SendRawAsync(
            () => new HttpRequestMessage(HttpMethod.Get, UrlText.ToUri(_host.BaseUrl + "/v2/")), purpose, cancellationToken).ConfigureAwait(false);
        return ChallengesOf(answer);
    }

    /// <summary>The challenges of a 401.</summary>
#pragma warning disable CA1822 // A part of the transport's face.
    public IReadOnlyList<Challenge> ChallengesOf(HttpResponseMessage answer) =>
        answer.StatusCode == HttpStatusCode.Unauthorized && answer.Headers.NonValidated.TryGetValues("WWW-Authenticate", out var headers)
            ? ChallengeParser.Parse(headers)
            : [];
#pragma warning restore CA1822

    /// <summary>The failure that an expected answer means all the same.</summary>
    public Task<Exception> FailureOfAsync(RegistryResponse answer, string purpose, CancellationToken cancellationToken) =>
        RegistryFailure.OfAsync(answer, purpose, _host.Registry, null, _host.Options.IdleTimeout, Time, cancellationToken);

    private async Task<RegistryResponse> SendOnceAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        await _host.DiscoverAsync(this, request.Purpose, cancellationToken).ConfigureAwait(false);
        var credential = await _credential(null, cancellationToken).ConfigureAwait(false);
        try
        {
            return await SendAsAsync(request, credential, cancellationToken).ConfigureAwait(false);
        }
        catch (RegistryUnauthorizedException) when (credential is not null)
        {
            // A helper's password may live for hours only; never go on without one.
            var renewed = await _credential(credential, cancellationToken).ConfigureAwait(false);
            if (renewed is null || renewed == credential)
            {
                throw;
            }

            return await SendAsAsync(request, renewed, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<RegistryResponse> SendAsAsync(RegistryRequest request, RegistryCredential? credential, CancellationToken cancellationToken)
    {
        var authorization = await _host.Authentication.AuthorizeAsync(request, credential, this, cancellationToken).ConfigureAwait(false);
        for (var answered = 0; ; answered++)
        {
            var answer = await FollowAsync(request, authorization, cancellationToken).ConfigureAwait(false);
            if (answer.Response.IsSuccessStatusCode || request.Expected.Contains(answer.Status) || (request.StopsAtStorage && (int)answer.Status is >= 300 and < 400))
            {
                return answer;
            }

            using (answer)
            {
                var next = answer.Status == HttpStatusCode.Unauthorized && answer.IsOwn && answered < 2
                    ? await _host.Authentication.AnswerAsync(
                        ChallengesOf(answer.Response), authorization, request, credential, this, cancellationToken).ConfigureAwait(false)
                    : null;
                authorization = next
                    ?? throw await RegistryFailure.OfAsync(answer, request.Purpose, _host.Registry, credential, _host.Options.IdleTimeout, Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<RegistryResponse> FollowAsync(RegistryRequest request, SentAuthorization authorization, CancellationToken cancellationToken)
    {
        var url = request.Target.StartsWith('/') ? _host.BaseUrl + request.Target : request.Target;
        var home = UrlText.Origin(_host.BaseUrl);
        for (var hop = 0; ; hop++)
        {
            var isOwn = UrlText.Origin(url) == home;
            var response = await SendMessageAsync(request, url, isOwn ? authorization.Header : null, hop > 0, cancellationToken).ConfigureAwait(false);
            var answer = new RegistryResponse(response, url, isOwn);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || hop >= MaximumRedirects
                || request.Expected.Contains(response.StatusCode) || answer.Header("Location") is not { } location)
            {
                return answer;
            }

            var next = Redirect(request, url, location);
            if (request.StopsAtStorage && !next.Contains("/v2/", StringComparison.Ordinal))
            {
                return answer;
            }

            answer.Dispose();
            url = next;
        }
    }

    private string Redirect(RegistryRequest request, string url, string location)
    {
        try
        {
            var next = UrlText.Resolve(url, location);
            return request.IsVerified || !url.StartsWith("https:", StringComparison.OrdinalIgnoreCase) || !next.StartsWith("http:", StringComparison.OrdinalIgnoreCase)
                ? next
                : throw new RegistryProtocolException(
                    $"{RegistryFailure.Failed(request.Purpose)}: {_host.Registry} redirects from https to plain http, {UrlText.WithoutQuery(next)}.", "Ask the registry's operator to redirect to https.");
        }
        catch (FormatException)
        {
            throw new RegistryProtocolException(
                $"{RegistryFailure.Failed(request.Purpose)}: {_host.Registry} redirects to something that is no URL.", "Check the registry's address, and the proxy before it.");
        }
    }

    private async Task<HttpResponseMessage> SendMessageAsync(
        RegistryRequest request, string url, AuthenticationHeaderValue? authorization, bool isRedirected, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var watch = new IdleTimer(_host.Options.IdleTimeout, Time, cancellationToken);
            using var message = new HttpRequestMessage(request.Method, UrlText.ToUri(url)) { Content = request.Content?.Invoke(watch) };
            message.Headers.Authorization = authorization;
            foreach (var type in request.Accept)
            {
                message.Headers.TryAddWithoutValidation("Accept", type);
            }

            if (request.Offset > 0)
            {
                message.Headers.TryAddWithoutValidation("Range", FormattableString.Invariant($"bytes={request.Offset}-"));
            }

            var blob = message.Content as BlobContent;
            message.Headers.ExpectContinue = blob is not null && (request.Length is null or >= AnnouncedLength) && _host.Uploads.Announces;
            blob?.WhenSent(() => watch.Touch(CheckingTime(request)));
            if (blob is null)
            {
                watch.Touch(CheckingTime(request));
            }

            var sent = Time.GetTimestamp();
            var http = request.OwnConnection ? _host.HttpOfOwnConnections : _host.Http;
            var response = await SendHttpAsync(message, http, request.Purpose, isRedirected || !request.Target.StartsWith('/'), watch, cancellationToken).ConfigureAwait(false);
            if (message.Headers.ExpectContinue is true)
            {
                _host.Uploads.LearnAnnouncement(response.StatusCode, blob!.Started is { } started ? Time.GetElapsedTime(sent, started) : null);
                if (response.StatusCode == HttpStatusCode.ExpectationFailed)
                {
                    response.Dispose();
                    continue;
                }
            }

            return response;
        }
    }

    private async Task<HttpResponseMessage> SendHttpAsync(
        HttpRequestMessage message, HttpClient http, string purpose, bool hidesQuery, IdleTimer watch, CancellationToken cancellationToken)
    {
        var url = message.RequestUri!.OriginalString;
        var shown = $"{message.Method} {(hidesQuery ? UrlText.WithoutQuery(url) : url)}";
        message.Headers.TryAddWithoutValidation("User-Agent", _client.UserAgent);
        var start = Stopwatch.GetTimestamp();
        try
        {
            var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, watch.Token).ConfigureAwait(false);
            Log.Debug(FormattableString.Invariant($"{shown} -> {(int)response.StatusCode} in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms"));
            if (response.Headers.NonValidated.TryGetValues("Warning", out var warnings))
            {
                _host.Warn(warnings, Log);
            }

            return response;
        }
        catch (Exception) when (message.Content is BlobContent { SourceFailure: { } failure } && !watch.IsExpired)
        {
            // What the source threw is its own, and no fault of the network.
            failure.Throw();
            throw;
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            Log.Debug($"{shown} -> time-out");
            var what = watch.IsExpired ? FormattableString.Invariant($"was silent for {watch.Limit.TotalSeconds:0} seconds") : "did not accept the connection in time";
            throw RegistryFailure.OfConnection(new TimeoutException(what, error), purpose, _host.Registry, url, _host.ProxyOf(message.RequestUri));
        }
        catch (OperationCanceledException error)
        {
            throw new OperationCanceledException(error.Message, error, cancellationToken);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            Log.Debug($"{shown} -> {error.GetBaseException().Message}");
            throw RegistryFailure.OfConnection(error, purpose, _host.Registry, url, _host.ProxyOf(message.RequestUri));
        }
    }

    private static TimeSpan CheckingTime(RegistryRequest request) => TimeSpan.FromSeconds((request.Length ?? 0) / CheckedBytesPerSecond);
}
