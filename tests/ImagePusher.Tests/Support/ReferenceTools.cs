using System.Globalization;
using System.Text.Json;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Support;

/// <summary>Reads images with independent tools: skopeo, umoci and Python's tarfile.</summary>
internal static class ReferenceTools
{
    // Reads a tar member by member in the given mode; prints their number, the hash of their content, and the end of the tar.
    private const string ReadTar = """
        import hashlib, sys, tarfile
        mode, path = sys.argv[1:]
        digest, count, end = hashlib.sha256(), 0, "well"
        with tarfile.open(path, mode) as tar:
            members = iter(tar)
            while True:
                try:
                    member = next(members)
                except StopIteration:
                    break
                except tarfile.ReadError as error:
                    end = str(error)
                    break
                digest.update(repr((member.name, member.type, member.size, member.mode, member.linkname)).encode())
                if member.isreg():
                    digest.update(tar.extractfile(member).read())
                count += 1
        print(count, digest.hexdigest(), end)
        """;

    /// <summary>The output of skopeo inspect for an image in a registry.</summary>
    public static async Task<JsonElement> InspectAsync(string reference, CancellationToken cancellationToken, string? credentials = null)
    {
        string[] login = credentials is null ? [] : ["--creds", credentials];
        var result = await ExternalTools.RunAsync("skopeo", ["inspect", "--tls-verify=false", .. login, $"docker://{reference}"],
            cancellationToken);
        return JsonDocument.Parse(result.Output).RootElement;
    }

    /// <summary>Copies an image, or all of an index, to a layout with skopeo.</summary>
    /// <param name="source">As skopeo writes it: docker://…, oci:….</param>
    /// <param name="layout">The layout's folder.</param>
    /// <param name="tag">The name there.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="credentials">name:password for the source.</param>
    /// <param name="all">Whether an index is copied whole.</param>
    public static Task CopyAsync(
        string source, string layout, string tag, CancellationToken cancellationToken, string? credentials = null, bool all = false)
    {
        string[] login = credentials is null ? [] : ["--src-creds", credentials];
        string[] whole = all ? ["--all"] : [];
        return ExternalTools.RunAsync(
            "skopeo", ["--insecure-policy", "copy", "-q", .. whole, "--src-tls-verify=false", .. login, source, $"oci:{layout}:{tag}"],
            cancellationToken);
    }

    /// <summary>Unpacks an image of a layout with umoci and returns its files by path: type, permissions and content.</summary>
    public static async Task<SortedDictionary<string, string>> UnpackAsync(string layout, string tag, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        var bundle = folder["bundle"];
        await ExternalTools.RunAsync("umoci", ["unpack", "--rootless", "--image", $"{layout}:{tag}", bundle], cancellationToken);
        return Describe(Path.Combine(bundle, "rootfs"));
    }

    /// <summary>The files below a folder by path: type, permissions and content.</summary>
    public static SortedDictionary<string, string> Describe(string folder)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Describe(new DirectoryInfo(folder), "", files);
        return files;
    }

    /// <summary>Lets Python's tarfile read a tar in one of its modes, such as r|gz.</summary>
    /// <returns>The number of members, the hash of their names, kinds and contents, and "well" or the defect at the end of the
    /// tar.</returns>
    public static async Task<(int Count, string Hash, string End)> ReadTarAsync(string mode, string path,
        CancellationToken cancellationToken)
    {
        var result = await ExternalTools.RunAsync("python3", ["-I", "-c", ReadTar, mode, path], cancellationToken);
        return result.Output.Trim().Split(' ', 3) is [var count, var hash, var end]
            ? (int.Parse(count, CultureInfo.InvariantCulture), hash, end)
            : throw new InvalidDataException(result.Output);
    }

    private static void Describe(DirectoryInfo folder, string prefix, SortedDictionary<string, string> files)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            var path = $"{prefix}/{entry.Name}";
            if (entry.LinkTarget is { } target)
            {
                files[path] = $"link to {target}";
            }
            else if (entry is DirectoryInfo inner)
            {
                files[path] = $"folder {inner.UnixFileMode}";
                Describe(inner, path, files);
            }
            else
            {
                files[path] = $"file {entry.UnixFileMode} {Http.DigestOf(File.ReadAllBytes(entry.FullName))}";
            }
        }
    }
}
