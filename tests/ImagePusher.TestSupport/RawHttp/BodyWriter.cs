using System.Globalization;

namespace ImagePusher.TestSupport.RawHttp;

/// <summary>Writes the bytes of one body with its framing, each piece at once.</summary>
internal sealed class BodyWriter(RawHttpConnection connection, BodyFraming framing)
{
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        if (!framing.IsChunked)
        {
            await connection.WriteAsync(piece, cancellationToken);
            return;
        }

        var size = System.Text.Encoding.ASCII.GetBytes(piece.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n");
        byte[] chunk = [.. size, .. piece.Span, .. "\r\n"u8];
        await connection.WriteAsync(chunk, cancellationToken);
    }

    public async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (framing.IsChunked)
        {
            await connection.WriteAsync("0\r\n\r\n"u8.ToArray(), cancellationToken);
        }
    }
}
