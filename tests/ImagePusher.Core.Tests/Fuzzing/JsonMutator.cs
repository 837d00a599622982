using System.Text;
using System.Text.Json;

namespace ImagePusher.Core.Tests.Fuzzing;

/// <summary>Changes the values, names and nesting of JSON; text that is no JSON any more is changed as text.</summary>
internal static class JsonMutator
{
    private static readonly byte[][] Values =
    [
        .. new[]
        {
            "null", "true", "false", "[]", "{}", "\"\"", "0", "-1", "-0.0", "1.5", "1e999", "-1e999", "1e2", "2147483648", "1099511627776",
            "1099511627777", "9223372036854775807",
            "9223372036854775808", "-9223372036854775808", "99999999999999999999999999", "\"\\ud800\"", "\"a\\udc00\\ud800\"",
            "\"\\u0000\"", "\"\\u001b[31m\"", "\"\\n\"", "\"\u00e9\"", "\"..\"",
            "\"/etc/passwd\"", "\"../../x\"", "\"sha256:\"", "\"sha256:00\"",
            "\"SHA256:0000000000000000000000000000000000000000000000000000000000000000\"",
            "\"sha256:0000000000000000000000000000000000000000000000000000000000000000\"", "\"sha384:00\"", "\"blake3:af1349b9\"",
            "\"md5+b64u:AAAA=\"", "\"sha512:0\"",
            "\"application/vnd.oci.image.index.v1+json\"", "\"application/vnd.oci.image.manifest.v1+json\"",
            "\"application/vnd.docker.distribution.manifest.v1+prettyjws\"",
            "\"application/vnd.oci.artifact.manifest.v1+json\"", "\"text/html\"", "\"application/octet-stream; x=\\\"\\r\\n\\\"\"",
            "{\"\\ud800\":1}", "{\"\":null}", "[null]", "[[]]", "[{}]",
            "{\"digest\":\"sha256:0000000000000000000000000000000000000000000000000000000000000000\",\"size\":1}",
            "{\"os\":1,\"architecture\":[]}", "{\"os\":\"linux\",\"architecture\":\"amd64\"}",
            "\"2024-13-45T99:99:99Z\"", "\"0001-01-01T00:00:00+14:00\"", "\"9999-12-31T23:59:59.9999999-14:00\"", "\"dXNlcjpwYXNz\"",
            "\"a:b\"", "\"%\"",
        }.Select(Encoding.UTF8.GetBytes),
        [(byte)'"', 0xff, (byte)'"'], [(byte)'"', 0xed, 0xa0, 0x80, (byte)'"'],
    ];

    private static readonly string[] Names =
        ["\\ud800", "\\ud800\\ud800abc", "", "Digest", "SIZE", "mediaType", "manifests", "layers", "config", "digest", "size",
            "annotations", "data", "urls", "token", "errors", "\\u006danifests"];

    public static byte[] Apply(byte[] input, Mutation.Change change, byte[] other)
    {
        var parts = Parts(input);
        if (parts.Count == 0 || change.Kind % 12 == 11)
        {
            return TextMutator.Apply(input, change, other);
        }

        var (name, value) = parts[change.Place % parts.Count];
        var word = Values[change.Value % Values.Length];
        return (change.Kind % 12) switch
        {
            0 or 1 or 2 or 3 => Replace(input, value, word),
            4 => Replace(input, value, input[parts[change.Value % parts.Count].Value]),
            5 => Replace(input, name ?? value, name is null ? word : Encoding.UTF8.GetBytes($"\"{Names[change.Value % Names.Length]}\"")),
            6 => Replace(input, value, Nested(input[value], change.Value)),
            7 => Replace(input, value, Twice(input, name, value, word)),
            8 => Replace(input, value, Twice(input, name, value, input[value])),
            9 => Parts(other) is { Count: > 0 } others ? Replace(input, value, other[others[change.Value % others.Count].Value]) : input,
            _ => Replace(input, value, Long(change.Value)),
        };
    }

    private static byte[] Replace(byte[] input, Range place, byte[] value) => [.. input[..place.Start], .. value, .. input[place.End..]];

    // A property again with another value, or another element of an array.
    private static byte[] Twice(byte[] input, Range? name, Range value, byte[] second) =>
        [.. input[value], (byte)',', .. name is { } place ? input[place] : [], .. name is null ? ""u8 : ":"u8, .. second];

    private static byte[] Nested(byte[] value, int depth)
    {
        depth = depth % 3 == 0 ? 2000 : depth % 70;
        return [.. Enumerable.Repeat((byte)'[', depth), .. value, .. Enumerable.Repeat((byte)']', depth)];
    }

    private static byte[] Long(int value) => value % 2 == 0
        ? [(byte)'"', .. Enumerable.Repeat((byte)('a' + (value % 26)), 70_000), (byte)'"']
        : [(byte)'[', .. Enumerable.Repeat("{},"u8.ToArray(), 10_000).SelectMany(part => part), .. "{}]"u8];

    /// <summary>The places of all values, and of the names of those that are properties.</summary>
    private static List<(Range? Name, Range Value)> Parts(byte[] input)
    {
        var parts = new List<(Range?, Range)>();
        var starts = new Stack<(Range? Name, int Start)>();
        Range? name = null;
        try
        {
            var reader = new Utf8JsonReader(input);
            while (reader.Read() && parts.Count < 4000)
            {
                var place = (int)reader.TokenStartIndex..(int)reader.BytesConsumed;
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        // The token ends after the colon.
                        name = place.Start.Value..(place.Start.Value + reader.ValueSpan.Length + 2);
                        break;
                    case JsonTokenType.StartArray or JsonTokenType.StartObject:
                        starts.Push((name, place.Start.Value));
                        name = null;
                        break;
                    case JsonTokenType.EndArray or JsonTokenType.EndObject:
                        var (opened, start) = starts.Pop();
                        parts.Add((opened, start..place.End.Value));
                        break;
                    default:
                        parts.Add((name, place));
                        name = null;
                        break;
                }
            }
        }
        catch (JsonException)
        {
            // The values read so far are changed again.
        }

        return parts;
    }
}
