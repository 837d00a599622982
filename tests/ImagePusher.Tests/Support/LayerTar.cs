using System.Formats.Tar;

namespace ImagePusher.Tests.Support;

/// <summary>Uncompressed tars made by the tests: the same bytes for the same files.</summary>
internal static class LayerTar
{
    /// <summary>A layer of these files.</summary>
    public static byte[] Of(params ReadOnlySpan<(string Name, byte[] Content)> files)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
                {
                    DataStream = new MemoryStream(content),
                    ModificationTime = DateTimeOffset.UnixEpoch,
                });
            }
        }

        return tar.ToArray();
    }

    /// <summary>A layer of one file with this text.</summary>
    public static byte[] Of(string name, string text) => Of((name, System.Text.Encoding.UTF8.GetBytes(text)));
}
