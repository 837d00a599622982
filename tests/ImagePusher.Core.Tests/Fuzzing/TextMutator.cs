using System.Text;

namespace ImagePusher.Core.Tests.Fuzzing;

/// <summary>Changes text by its delimiters and words, and single bytes.</summary>
internal static class TextMutator
{
    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "\"", "\\", "\\\"", ",", ";", "=", "<", ">", "/", "//", "/../", "/./", "..", ":", "::", "@", "@@", "?", "&", "#", "%", "%0",
            "%00", "%2F", "%2e%2e", "%ZZ", "[", "]", "[::1]",
            "[fe80::1%25eth0]", "\0", "\r", "\n", "\r\n", "\r\n\r\n", "\t", " ", "\u0001", "\u001b[2J", "\u007f", "-", "--", ".", "_", "+",
            "*", "{", "}", "0", "-1", "00", "1e9", "NaN",
            "2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "99999999999999999999999", "http://", "https://",
            "HTTPS://", "ftp://", "file:///etc/passwd",
            "http://169.254.169.254/", "http://[::ffff:127.0.0.1]/", "http://0x7f.1/", "localhost", "127.1", "docker.io", "sha256:",
            "sha512:", "sha384:", "blake3:",
            "sha256:0000000000000000000000000000000000000000000000000000000000000000", "Bearer ", "Basic ", "Bearer realm=", "realm",
            "rel=next", "rel=\"next\"", "bytes=", "bytes 0-",
            "chunked", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip, chunked\r\n",
            "Expect: 100-continue\r\n", "Host: \r\n",
            "\u00e9", "\u00ff", "\u2028", "\U0001F600", "\ufeff", "\uffff", "A", "z", "latest", "null", "true", "undefined",
        }.Select(Encoding.UTF8.GetBytes),
        [0xed, 0xa0, 0x80], [0xff], [0xc3], [0x80], [0xf8, 0x88, 0x80, 0x80, 0x80],
    ];

    public static byte[] Apply(byte[] input, Mutation.Change change, byte[] other)
    {
        var (at, end) = Places(input.Length, change);
        var word = Words[change.Value % Words.Length];
        return (change.Kind % 11) switch
        {
            0 or 1 => [.. input[..at], .. word, .. input[at..]],
            2 or 3 => [.. input[..at], .. word, .. input[end..]],
            4 => [.. input[..at], .. input[end..]],
            5 => [.. input[..end], .. input[at..]],
            6 => input[..at],
            7 => Splice(input, at, other, change.Value),
            8 => [.. input[..at], .. Repeated(word, change.Other % 12), .. input[at..]],
            9 => AtDelimiter(input, change, word),
            _ => Flip(input, at, change.Value),
        };
    }

    private static (int At, int End) Places(int length, Mutation.Change change)
    {
        var at = change.Place % (length + 1);
        return (at, Math.Min(length, at + 1 + (change.Other % 24)));
    }

    private static byte[] Splice(byte[] input, int at, byte[] other, int value)
    {
        var from = value % (other.Length + 1);
        return [.. input[..at], .. other[from..]];
    }

    // Up to 2^11 times: long words and deep nesting.
    private static byte[] Repeated(byte[] word, int power)
    {
        var result = word;
        for (; power > 0 && result.Length < 64 * 1024; power--)
        {
            result = [.. result, .. result];
        }

        return result;
    }

    private static byte[] AtDelimiter(byte[] input, Mutation.Change change, byte[] word)
    {
        int[] places = [.. Enumerable.Range(0, input.Length).Where(at => ",;=\"<>/:@?&\r\n ".Contains((char)input[at]))];
        if (places.Length == 0)
        {
            return [.. input, .. word];
        }

        var at = places[change.Place % places.Length] + (change.Other % 2);
        return [.. input[..at], .. word, .. input[at..]];
    }

    private static byte[] Flip(byte[] input, int at, int value)
    {
        if (at >= input.Length)
        {
            return [.. input, (byte)value];
        }

        byte[] result = [.. input];
        result[at] ^= (byte)(1 << (value % 8));
        return result;
    }
}
