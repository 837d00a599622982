using System.Formats.Tar;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Support;

/// <summary>An OCI layout that umoci makes: 'base' of five layers, and 'app' with whiteouts, an opaque folder and a file below a
/// link.</summary>
internal static class LayeredImage
{
    private const string Script = """
        set -e; cd "$1"; mkdir t && cd t
        umoci init --layout ../oci && umoci new --image ../oci:app
        mkdir -p a/sub b usr/lib gone/deep
        echo one >a/one; echo two >a/sub/two; echo keep >a/keep; ln a/one a/second; ln -s ../a/one b/link; ln -s usr/lib lib
        echo x >usr/lib/x; chmod 640 a/keep; chmod 700 a/sub; echo g >gone/deep/g; echo old >b/changed; echo same >b/same
        for i in a b usr lib gone; do umoci insert --image ../oci:app $i /$i; done
        umoci tag --image ../oci:app base
        mkdir -p u/sub u/new w; echo ONE >u/three; echo via >via; echo new >w/changed; echo same >w/same; chmod 600 w/same
        umoci insert --image ../oci:app --opaque u /a
        umoci insert --image ../oci:app --whiteout /gone
        umoci insert --image ../oci:app via /lib/via
        umoci insert --image ../oci:app w/changed /b/changed
        umoci insert --image ../oci:app w/same /b/same
        for i in app base; do umoci config --image ../oci:$i --os linux --architecture amd64; done
        """;

    /// <summary>Creates the layout in a folder and returns its path.</summary>
    public static async Task<string> MakeAsync(string folder, CancellationToken cancellationToken)
    {
        ExternalTools.RequireAll("bash", "umoci");
        Directory.CreateDirectory(folder);
        await ExternalTools.RunAsync("bash", ["-c", Script, "make", folder], cancellationToken);
        return Path.Combine(folder, "oci");
    }

    /// <summary>A layer of entries of any kind, with unchanged names.</summary>
    public static byte[] Layer(params ReadOnlySpan<(TarEntryType Type, string Name, string Content)> entries)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Gnu, leaveOpen: true))
        {
            foreach (var (type, name, content) in entries)
            {
                var entry = new GnuTarEntry(type, name) { ModificationTime = DateTimeOffset.UnixEpoch, AccessTime = default,
                    ChangeTime = default };
                if (type is TarEntryType.RegularFile)
                {
                    entry.DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(content));
                }
                else if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
                {
                    entry.LinkName = content;
                }

                writer.WriteEntry(entry);
            }
        }

        return tar.ToArray();
    }
}
