using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>A body of zeros that returns its bytes in portions and advances a clock with each portion.</summary>
internal sealed class DripStream(long length, int portion, TimeSpan pause, FakeTimeProvider time, Action<int>? read = null) : MemoryStream
{
    private long _left = length;

    public override bool CanSeek => false;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        time.Advance(pause);
        cancellationToken.ThrowIfCancellationRequested();
        var count = (int)Math.Min(Math.Min(portion, _left), buffer.Length);
        _left -= count;
        read?.Invoke(count);
        buffer[..count].Span.Clear();
        return new ValueTask<int>(count);
    }
}
