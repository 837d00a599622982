using System.Collections.Concurrent;
using ImagePusher.Core.Abstractions;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>A journal that outlives the clients of a test, as a file outlives processes.</summary>
internal sealed class MemoryJournal : IUploadJournal
{
    private readonly ConcurrentDictionary<string, UploadSession> _sessions = new();

    public ICollection<UploadSession> Sessions => _sessions.Values;

    /// <summary>A view of this journal that a "kill" can end: after it nothing is written any more.</summary>
    public FreezingJournal Freezable() => new(this);

    public ValueTask<UploadSession?> FindAsync(string key, CancellationToken cancellationToken) => new(_sessions.GetValueOrDefault(key));

    public ValueTask SaveAsync(UploadSession session, CancellationToken cancellationToken)
    {
        _sessions[session.Key] = session;
        return ValueTask.CompletedTask;
    }

    public ValueTask RemoveAsync(string key, CancellationToken cancellationToken)
    {
        _sessions.TryRemove(key, out _);
        return ValueTask.CompletedTask;
    }

    internal sealed class FreezingJournal(MemoryJournal journal) : IUploadJournal
    {
        private volatile bool _isFrozen;

        public void Freeze() => _isFrozen = true;

        public ValueTask<UploadSession?> FindAsync(string key, CancellationToken cancellationToken) =>
            journal.FindAsync(key, cancellationToken);

        public ValueTask SaveAsync(UploadSession session, CancellationToken cancellationToken) =>
            _isFrozen ? ValueTask.CompletedTask : journal.SaveAsync(session, cancellationToken);

        public ValueTask RemoveAsync(string key, CancellationToken cancellationToken) =>
            _isFrozen ? ValueTask.CompletedTask : journal.RemoveAsync(key, cancellationToken);
    }
}
