using System.Net;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>Determines by GET /v2/ whether a host uses https or http, and which challenge it sends.</summary>
internal sealed class HostDiscovery(RegistryHost host, HttpMessageInvoker inner, TimeProvider time) : IDisposable
{
    private readonly SharedAttempt _attempt = new();
    private volatile IReadOnlyList<Challenge> _challenges = [];
    private volatile bool _wasRefused;

    /// <summary>The host's last challenges; empty while none is known.</summary>
    public IReadOnlyList<Challenge> Challenges => _challenges;

    /// <summary>Sends the request once; later calls return immediately.</summary>
    public Task EnsureAsync(RegistryMessage message, CancellationToken cancellationToken) => host.Address is null
        ? _attempt.RunAsync(() => host.Address, () => AskAsync(message, cancellationToken), cancellationToken)
        : Task.CompletedTask;

    /// <summary>Records the challenges of a 401, if it has any.</summary>
    public void Learn(HttpResponseMessage response)
    {
        if (response.StatusCode == HttpStatusCode.Unauthorized
            && response.Headers.NonValidated.TryGetValues("WWW-Authenticate", out var headers)
            && ChallengeParser.Parse(headers) is { Count: > 0 } challenges)
        {
            _challenges = challenges;
        }
    }

    /// <summary>Requests the challenges again, because the first request may have had a transient failure.</summary>
    public async Task AskForChallengesAsync(RegistryMessage message, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(message, host.BaseUrl, cancellationToken).ConfigureAwait(false);
        Learn(response);
    }

    public void Dispose() => _attempt.Dispose();

    private Task<HttpResponseMessage> SendAsync(RegistryMessage message, string address, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest
        {
            Method = HttpMethod.Get,
            Target = address + "/v2/",
            Purpose = message.Request.Purpose,
            FollowsRedirects = false,
        };
        return inner.SendAsync(message.Derive(request), cancellationToken);
    }

    private async Task<string> AskAsync(RegistryMessage message, CancellationToken cancellationToken)
    {
        TransientFailureException? first = null;
        foreach (var candidate in host.Candidates)
        {
            try
            {
                using var response = await SendAsync(message, candidate, cancellationToken).ConfigureAwait(false);
                if (candidate != host.Candidates[^1] && await ExpectsTlsAsync(response, cancellationToken).ConfigureAwait(false))
                {
                    continue;
                }

                Learn(response);
                (_wasRefused, host.Address) = (false, candidate);
                return candidate;
            }
            catch (TransientFailureException failure) when (failure.Final.InnerException is { } cause)
            {
                // Without a listener one more attempt is enough: a wrong address is more likely than a restart.
                if (RegistryFailure.IsNoConnection(cause))
                {
                    if (_wasRefused && message.FailsFast)
                    {
                        throw failure.Final;
                    }

                    _wasRefused = true;
                    throw first ?? failure;
                }

                first ??= failure;
            }
            catch (RegistryUnreachableException) when (first is not null)
            {
                throw first;
            }
        }

        throw first!;
    }

    // Go: "Client sent an HTTP request to an HTTPS server"; nginx: "The plain HTTP request was sent to HTTPS port".
    private async Task<bool> ExpectsTlsAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode != HttpStatusCode.BadRequest)
        {
            return false;
        }

        try
        {
            var body = await BoundedBody.ReadAsync(
                response, BoundedBody.ErrorLimit, host.Settings.IdleTimeout, time, cancellationToken, cut: true).ConfigureAwait(false);
            return System.Text.Encoding.UTF8.GetString(body).Contains("HTTPS", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
