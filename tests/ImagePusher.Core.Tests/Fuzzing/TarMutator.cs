using System.Text;
using ImagePusher.Core.Tests.Archives;

namespace ImagePusher.Core.Tests.Fuzzing;

/// <summary>
/// Changes a tar: fields of headers with a correct checksum, entries, and JSON files, whose digests and sizes are corrected wherever
/// another
/// file names them, so that the change is read and not only found by its digest.
/// </summary>
internal static class TarMutator
{
    // Offset and length of the fields of a header (POSIX ustar).
    private static readonly (int Offset, int Length)[] Fields =
        [(0, 100), (100, 8), (108, 8), (116, 8), (124, 12), (136, 12), (148, 8), (156, 1), (157, 100), (257, 6), (263, 2), (329, 8),
            (345, 155)];

    private static readonly byte[][] Values =
    [
        .. new[]
        {
            "", "0", "7", "77777777777", "00000000000", "99999999999", "-1", " ", "\0", "x", "g", "L", "K", "1", "2", "3", "4", "5", "6",
            "S", "D", "V", "M", "N", "../x", "/x", "./", "a/../b", "index.json",
            "manifest.json", "oci-layout", "blobs/sha256/", "ustar", "ustar  ", "30 mtime=9999999999999999999.5\n", "12 size=-10\n",
            "34 size=9223372036854775807\n", "11 path=..\n", "9 path=\n",
            "27 GNU.sparse.major=1\n", "99999999999999999999 path=x\n", "0 path=x\n", "-5 path=x\n", "20 path=\u00e9\n", "path=x", "\n\n\n",
        }.Select(Encoding.UTF8.GetBytes),
        [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0], [0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        [0x80, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    ];

    public static byte[] Apply(byte[] input, Mutation.Change change, byte[] other)
    {
        var entries = TarPart.Read(input);
        if (entries.Count == 0 || input[0] is 0x1f or 0x28 || change.Kind % 12 == 11)
        {
            return TextMutator.Apply(input, change, other);
        }

        var at = change.Place % entries.Count;
        switch (change.Kind % 12)
        {
            case 0 or 1 or 2:
                SetField(entries[at].Header, change);
                break;
            case 3:
                entries.RemoveAt(at);
                break;
            case 4:
                entries.Insert(change.Other % entries.Count, entries[at].Copy());
                break;
            case 5:
                (entries[at], entries[change.Other % entries.Count]) = (entries[change.Other % entries.Count], entries[at]);
                break;
            case 6:
                entries[at].Replace(TextMutator.Apply(entries[at].Content, change with { Kind = change.Other }, other));
                break;
            case 7:
                entries[at].Replace(Values[change.Value % Values.Length]);
                break;
            case 8:
                entries.Insert(at, new TarPart(TestTar.Header("x", "xgLKS12"[change.Value % 7], 0), []));
                entries[at].Replace(Values[change.Other % Values.Length]);
                break;
            default:
                ChangeJson(entries, change, other);
                break;
        }

        return [.. entries.SelectMany(entry => entry.ToBytes()), .. new byte[1024]];
    }

    private static void SetField(byte[] header, Mutation.Change change)
    {
        var (offset, length) = Fields[change.Other % Fields.Length];
        var value = Values[change.Value % Values.Length];
        header.AsSpan(offset, length).Clear();
        value.AsSpan(0, Math.Min(length, value.Length)).CopyTo(header.AsSpan(offset));
        if (offset != 148)
        {
            TestTar.Seal(header);
        }
    }

    private static void ChangeJson(List<TarPart> entries, Mutation.Change change, byte[] other)
    {
        var files = entries.FindAll(entry => entry.IsJson);
        if (files.Count == 0)
        {
            return;
        }

        var changed = files[change.Place % files.Count];
        changed.Replace(JsonMutator.Apply(changed.Content, change with { Place = change.Other, Kind = change.Value }, other));
        for (var pass = 0; pass < 4; pass++)
        {
            foreach (var blob in entries.FindAll(entry => entry.IsMisnamed))
            {
                var (before, after) = blob.Rename();
                foreach (var entry in entries.Where(entry => entry.IsJson))
                {
                    var text = Encoding.Latin1.GetString(entry.Content).Replace(before.Hex, after.Hex, StringComparison.Ordinal)
                        .Replace($"\"size\":{before.Length}", $"\"size\":{after.Length}", StringComparison.Ordinal);
                    entry.Replace(Encoding.Latin1.GetBytes(text));
                }
            }
        }
    }
}
