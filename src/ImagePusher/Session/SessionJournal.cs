using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;

namespace ImagePusher.Session;

/// <summary>The upload journal of the current cache: the client outlives a change of the cache.</summary>
internal sealed class SessionJournal(PusherSession session) : IUploadJournal
{
    private IUploadJournal Current => session.CurrentCache.Uploads;

    public ValueTask<UploadSession?> FindAsync(string key, CancellationToken cancellationToken) => Current.FindAsync(key, cancellationToken);

    public ValueTask SaveAsync(UploadSession session, CancellationToken cancellationToken) => Current.SaveAsync(session, cancellationToken);

    public ValueTask RemoveAsync(string key, CancellationToken cancellationToken) => Current.RemoveAsync(key, cancellationToken);
}
