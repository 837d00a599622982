using System.Net;
using ImagePusher.Core.Cache;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using Microsoft.Extensions.Logging;

namespace ImagePusher.LocalRegistry;

/// <summary>Brings a request to its end-point, and every failure to an answer.</summary>
internal sealed class Router : IDisposable
{
    private readonly LocalRegistryOptions _options;
    private readonly BasicAuthentication? _authentication;
    private readonly BlobEndpoint _blobs;
    private readonly UploadEndpoint _uploads;
    private readonly ManifestEndpoint _manifests;
    private readonly ListEndpoint _lists;
    private readonly ReferrerEndpoint _referrers;

    public Router(ImageCache cache, LocalRegistryOptions options, IncomingUploads uploads)
    {
        _options = options;
        _authentication = options.Credential is null ? null : new BasicAuthentication(options.Credential);
        var names = new NameLookup(cache);
        _blobs = new BlobEndpoint(cache, isReadOnly: options.ReadOnly);
        _uploads = new UploadEndpoint(cache, uploads);
        _manifests = new ManifestEndpoint(cache, names);
        _lists = new ListEndpoint(names);
        _referrers = new ReferrerEndpoint(cache, names);
    }

    private ILogger Log => _options.Log;

    /// <summary>Answers a request, or cuts the connection if that can't be done.</summary>
    public async Task HandleAsync(Exchange exchange)
    {
        var isEnded = false;
        try
        {
            await AnswerAsync(exchange).ConfigureAwait(false);
            await exchange.EndAsync().ConfigureAwait(false);
            isEnded = true;
            Log.Debug($"{exchange}: {(int?)exchange.Status}");
        }
        catch (OperationCanceledException) when (exchange.IsCut)
        {
            Log.Verbose($"{exchange}: it was cut off.");
        }
        catch (Exception error) when (IsClientGone(error))
        {
            Log.Verbose($"{exchange}: the client went away: {error.Message}");
        }
        finally
        {
            exchange.StopClock();
            if (!isEnded)
            {
                exchange.Abort(HttpStatusCode.InternalServerError);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _authentication?.Dispose();

    private async Task AnswerAsync(Exchange exchange)
    {
        try
        {
            await DispatchAsync(exchange).ConfigureAwait(false);
        }
        catch (RefusedException refusal) when (!exchange.IsAnswered)
        {
            await exchange.RefuseAsync(refusal).ConfigureAwait(false);
        }
        catch (InsufficientSpaceException error) when (!exchange.IsAnswered)
        {
            Log.Warning($"{exchange}: {error.Message}");
            await exchange.RefuseAsync(new RefusedException(HttpStatusCode.InsufficientStorage, ErrorCode.Denied, "the registry's disk is full")).ConfigureAwait(false);
        }
        catch (ImagePusherException error) when (!exchange.IsAnswered)
        {
            Log.Warning($"{exchange}: {error.Message}");
            await exchange.RefuseAsync(new RefusedException(HttpStatusCode.InternalServerError, ErrorCode.Unknown, "the registry's cache could not be read or written")).ConfigureAwait(false);
        }
    }

    private Task DispatchAsync(Exchange exchange)
    {
        _authentication?.Check(exchange);
        var target = exchange.Target;
        if (target.Kind == TargetKind.None)
        {
            throw new RefusedException(HttpStatusCode.NotFound, ErrorCode.Unsupported, "there is nothing here; the API begins at /v2/");
        }

        if (!target.HasValidRepository)
        {
            throw new RefusedException(HttpStatusCode.BadRequest, ErrorCode.NameInvalid, "the repository's name is malformed or too long");
        }

        if (_options.ReadOnly && exchange.Method is not ("GET" or "HEAD"))
        {
            throw new RefusedException(HttpStatusCode.MethodNotAllowed, ErrorCode.Denied, "this registry is read-only") { Headers = [new("Allow", "GET, HEAD")] };
        }

        return target.Kind switch
        {
            TargetKind.Root => RootAsync(exchange),
            TargetKind.Catalog => _lists.CatalogAsync(exchange),
            TargetKind.Tags => _lists.TagsAsync(exchange),
            TargetKind.Referrers => _referrers.HandleAsync(exchange),
            TargetKind.Blob => _blobs.HandleAsync(exchange),
            TargetKind.Uploads or TargetKind.Upload => _uploads.HandleAsync(exchange),
            _ => _manifests.HandleAsync(exchange),
        };
    }

    private static Task RootAsync(Exchange exchange) => exchange.Method is "GET" or "HEAD"
        ? exchange.AnswerAsync(HttpStatusCode.OK, "{}"u8.ToArray(), ErrorAnswer.MediaType)
        : throw RefusedException.NotAllowed("GET, HEAD");

    // What the listener throws when a connection breaks or a body is malformed depends on where it was just then.
    private static bool IsClientGone(Exception error) =>
        error is IOException or HttpListenerException or ObjectDisposedException or WebException or ProtocolViolationException;
}
