using ImagePusher.Core.IO;

namespace ImagePusher.Core.Registry.Http;

/// <summary>
/// Writes a body to a connection: counts the bytes, and distinguishes failures of the connection from those of the source.
/// </summary>
internal sealed class SentStream(Stream connection, IdleTimer timer) : WriteOnlyStream
{
    /// <summary>The bytes that the connection accepted.</summary>
    public long Count { get; private set; }

    /// <summary>True once a write to the connection failed.</summary>
    public bool HasFailed { get; private set; }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var isDone = false;
        timer.Touch();
        try
        {
            await connection.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            Count += buffer.Length;
            isDone = true;
        }
        finally
        {
            HasFailed |= !isDone;
            timer.Pause();
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var isDone = false;
        try
        {
            connection.Write(buffer);
            Count += buffer.Length;
            isDone = true;
        }
        finally
        {
            HasFailed |= !isDone;
        }
    }
}
