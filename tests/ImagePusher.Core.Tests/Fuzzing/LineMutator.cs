using System.Text;

namespace ImagePusher.Core.Tests.Fuzzing;

/// <summary>
/// Changes a file of lines, such as YAML or a Dockerfile: lines are removed, repeated, moved, indented and joined, and get the tokens of
/// these
/// languages; everything else is changed as text.
/// </summary>
internal static class LineMutator
{
    private static readonly string[] Words =
    [
        "---", "...", "%YAML 1.2", "- ", "-", "? ", "? {a: b}", ": ", ":", "|", "|-", ">+2", "&a ", "*a", "*b", "<<: *a", "<<: [*a, *a]",
        "!!str ", "!!int x", "!!binary \"=\"", "!<tag:x> ",
        "[", "]", "{", "}", "[[[[", "{a: {b: {c: ", "'", "\"", "\"\\x\"", "\"\\ud800\"", "#", " #", "\t", "    ", "~", "null", "true",
        "1e9", "0x7fffffffffffffff", "[]", "{}", "{{ .Values.image }}",
        "{{- if x }}", "{{env \"A\"}}", "{{env \"\"}}", "${A}", "${A:-b:1}", "${A:?no}", "${A-${B:-c}}", "${", "$", "$$", "$A", "${A:+x}",
        "${A%x}", "image: ", "image: nginx", "containers:", "- name: x",
        "kind: Pod", "kind: List", "apiVersion: v1", "items:", "services:", "sync:", "version: 1", "images:", "tags: {allow: ['(']}",
        "semverRange: ['>=1 <0']", "ratelimit: {min: -1, retry: 9999999999h}",
        "images-by-tag-regex:", "credentials: {password: x}", "FROM a AS b", "FROM ${A}", "FROM --platform=$BUILDPLATFORM a", "ARG A=b",
        "ARG A", "COPY --from=0 a b", "COPY --from=b:1 a b", "COPY <<EOF a",
        "RUN <<-\"E F\" cat", "EOF", "# escape=`", "# syntax=docker/dockerfile:1", "\\", "`", "ONBUILD FROM x", "from",
        "RUN --mount=type=bind,from=x:1,target=/ true", "\0", "\u0085", "\u2028", "\ufeff", "\u001b[2J",
    ];

    public static byte[] Apply(byte[] input, Mutation.Change change, byte[] other)
    {
        var lines = Lines(input);
        var kind = change.Kind % 12;
        if (lines.Count == 0 || kind > 9)
        {
            return TextMutator.Apply(input, change with { Kind = change.Value }, other);
        }

        var (at, to) = (change.Place % lines.Count, change.Other % lines.Count);
        var word = Encoding.UTF8.GetBytes(Words[change.Value % Words.Length]);
        switch (kind)
        {
            case 0:
                lines.RemoveAt(at);
                break;
            case 1:
                lines.Insert(to, lines[at]);
                break;
            case 2:
                (lines[at], lines[to]) = (lines[to], lines[at]);
                break;
            case 3:
                lines[at] = [.. "        "u8[..(change.Value % 9)], .. lines[at].AsSpan().TrimStart((byte)' ')];
                break;
            case 4:
                lines.Insert(at, [.. Indent(lines[at]), .. word, (byte)'\n']);
                break;
            case 5:
                lines[at] = [.. lines[at].AsSpan().TrimEnd("\r\n"u8), (byte)' ', .. word, (byte)'\n'];
                break;
            case 6:
                lines[at] = Spliced(lines[at], change.Other, word);
                break;
            case 7:
                lines[at] = [.. lines[at].AsSpan().TrimEnd("\r\n"u8),
                    .. new byte[][] { [], [(byte)'\r'], "\r\n"u8.ToArray() }[change.Value % 3]];
                break;
            case 8:
                var from = Lines(other);
                lines.InsertRange(at, from.Skip(change.Value % (from.Count + 1)).Take(1 + (change.Other % 8)));
                break;
            default:
                lines.InsertRange(at, Enumerable.Repeat(lines[to], 1 << (change.Value % 10)));
                break;
        }

        return [.. lines.SelectMany(line => line)];
    }

    private static byte[] Indent(byte[] line) => [.. line.TakeWhile(character => character == ' ')];

    private static byte[] Spliced(byte[] line, int place, byte[] word)
    {
        var at = place % (line.Length + 1);
        return [.. line[..at], .. word, .. line[at..]];
    }

    private static List<byte[]> Lines(byte[] input)
    {
        var lines = new List<byte[]>();
        for (var start = 0; start < input.Length;)
        {
            var end = Array.IndexOf(input, (byte)'\n', start) is var found and >= 0 ? found + 1 : input.Length;
            lines.Add(input[start..end]);
            start = end;
        }

        return lines;
    }
}
