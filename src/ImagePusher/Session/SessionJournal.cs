using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;

namespace ImagePusher.Session;

/// <summary>The journal of whichever cache the session has at the time: the client outlives a change of the cache.</summary>
internal sealed class SessionJournal(PusherSession session) : IUploadJournal
{
    private IUploadJournal Current => session.Cache().Uploads;

    public ValueTask<UploadSession?> FindAsync(string key, CancellationToken cancellationToken) => Current.FindAsync(key, cancellationToken);

    public ValueTask SaveAsync(UploadSession session, CancellationToken cancellationToken) => Current.SaveAsync(session, cancellationToken);

    public ValueTask RemoveAsync(string key, CancellationToken cancellationToken) => Current.RemoveAsync(key, cancellationToken);
}
