using ImagePusher.Core.IO;

namespace ImagePusher.Binding;

/// <summary>
/// Standard input as a stream whose reads can be cancelled. The console's own can't: a read of a pipe that nobody writes to
/// would keep Ctrl+C waiting. A read that was given up goes on by itself, into a buffer that nobody else uses.
/// </summary>
internal sealed class StandardInputStream : ReadOnlyStream
{
    private const int BufferSize = 256 * 1024;

    private readonly Stream _input = Console.OpenStandardInput();
    private readonly byte[] _buffer = new byte[BufferSize];

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = Math.Min(buffer.Length, BufferSize);
        var count = await Task.Run(() => _input.Read(_buffer, 0, wanted), CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);
        _buffer.AsSpan(0, count).CopyTo(buffer.Span);
        return count;
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => _input.Read(buffer);
}
