using System.Net;
using ImagePusher.Core.Cache;
using ImagePusher.LocalRegistry.Content;
using ImagePusher.LocalRegistry.HttpServer;
using ImagePusher.LocalRegistry.Protocol;
using ImagePusher.LocalRegistry.Uploads;
using Microsoft.Extensions.Logging;

namespace ImagePusher.LocalRegistry.Handlers;

/// <summary>Dispatches a request to its handler, and turns every failure into a response.</summary>
internal sealed class Router : IDisposable
{
    private readonly LocalRegistryOptions _options;
    private readonly ListenAddress _address;
    private readonly BasicAuthentication? _authentication;
    private readonly BlobHandler _blobs;
    private readonly UploadHandler _uploads;
    private readonly ManifestHandler _manifests;
    private readonly ListHandler _lists;
    private readonly ReferrerHandler _referrers;

    public Router(ImageCache cache, LocalRegistryOptions options, UploadTable uploads)
    {
        (_options, _address) = (options, ListenAddress.Parse(options.Listen));
        _authentication = options.Credential is null ? null : new BasicAuthentication(options.Credential);
        var blobs = new VerifiedBlobStore(cache, options);
        var finder = new ManifestFinder(cache, blobs);
        _blobs = new BlobHandler(cache, blobs, options.ReadOnly);
        _uploads = new UploadHandler(cache, blobs, uploads);
        _manifests = new ManifestHandler(cache, blobs, finder);
        _lists = new ListHandler(finder);
        _referrers = new ReferrerHandler(cache, finder);
    }

    private ILogger Log => _options.Logger;

    /// <summary>Responds to a request, unless its client has closed the connection or the response was aborted.</summary>
    public async Task HandleAsync(Exchange exchange)
    {
        try
        {
            await AnswerAsync(exchange).ConfigureAwait(false);
            Log.Debug($"{exchange}: {(int?)exchange.Status}");
        }
        catch (OperationCanceledException) when (exchange.IsAborted)
        {
            Log.Information($"{exchange}: aborted.");
            await exchange.AnswerAbortedAsync().ConfigureAwait(false);
        }
        catch (IOException error)
        {
            Log.Information($"{exchange}: the client closed the connection: {error.Message}");
            throw;
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
        catch (RequestRejectedException error) when (!exchange.IsAnswered)
        {
            await exchange.RejectAsync(error).ConfigureAwait(false);
        }
        catch (InsufficientSpaceException error) when (!exchange.IsAnswered)
        {
            Log.Warning($"{exchange}: {error.Message}");
            await exchange.RejectAsync(
                new RequestRejectedException(HttpStatusCode.InsufficientStorage, ErrorCode.Denied, "the registry's disk is full"))
                .ConfigureAwait(false);
        }
        catch (ImagePusherException error) when (!exchange.IsAnswered)
        {
            Log.Warning($"{exchange}: {error.Message}");
            await exchange.RejectAsync(CacheFailed()).ConfigureAwait(false);
        }
        catch (Exception error) when (
            !exchange.IsAnswered && error is not (OperationCanceledException or IOException or ObjectDisposedException))
        {
            // An unexpected error in one request must not stop the server.
            Log.Warning($"{exchange}: {error.GetType().Name}: {error.Message}");
            await exchange.RejectAsync(CacheFailed()).ConfigureAwait(false);
        }
    }

    private Task DispatchAsync(Exchange exchange)
    {
        RequestPolicy.Check(exchange, _address);
        _authentication?.Check(exchange);
        var target = exchange.Target;
        if (target.Kind == TargetKind.None)
        {
            throw new RequestRejectedException(HttpStatusCode.NotFound, ErrorCode.Unsupported, "not found; the API is under /v2/");
        }

        if (!target.HasValidRepository)
        {
            throw new RequestRejectedException(
                HttpStatusCode.BadRequest, ErrorCode.NameInvalid, "the repository name is malformed or too long");
        }

        if (_options.ReadOnly && !exchange.IsSafe)
        {
            throw new RequestRejectedException(HttpStatusCode.MethodNotAllowed, ErrorCode.Denied, "this registry is read-only")
            {
                Headers = [new("Allow", "GET, HEAD")],
            };
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

    private static RequestRejectedException CacheFailed() =>
        new(HttpStatusCode.InternalServerError, ErrorCode.Unknown, "the registry's cache could not be read or written");

    private static Task RootAsync(Exchange exchange) => exchange.IsSafe
        ? exchange.AnswerAsync(HttpStatusCode.OK, "{}"u8.ToArray(), ErrorDocument.MediaType)
        : throw RequestRejectedException.NotAllowed("GET, HEAD");
}
