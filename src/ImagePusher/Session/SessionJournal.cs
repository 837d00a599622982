using ImagePusher.Core.Abstractions;

namespace ImagePusher.Session;

/// <summary>The journal of the state folder that the environment names at the time: the client outlives a change of it.</summary>
internal sealed class SessionJournal(PusherSession session) : IUploadJournal
{
    private IUploadJournal Current => session.State.Uploads;

    public ValueTask<UploadSession?> FindAsync(string key, CancellationToken cancellationToken) =>
        Current.FindAsync(key, cancellationToken);

    public ValueTask SaveAsync(UploadSession session, CancellationToken cancellationToken) => Current.SaveAsync(session, cancellationToken);

    public ValueTask RemoveAsync(string key, CancellationToken cancellationToken) => Current.RemoveAsync(key, cancellationToken);
}
