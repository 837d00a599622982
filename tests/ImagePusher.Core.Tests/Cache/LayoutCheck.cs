using System.Security.Cryptography;
using System.Text.Json;

namespace ImagePusher.Core.Tests.Cache;

/// <summary>
/// Checks an OCI image layout by plain JSON and SHA-256, with nothing of the code under test: that every name leads to
/// blobs that are all there, of the right size and digest.
/// </summary>
internal static class LayoutCheck
{
    /// <summary>The names with their digests, after every byte that they lead to was checked.</summary>
    public static Dictionary<string, string> Run(string root)
    {
        using (var marker = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(root, "oci-layout"))))
        {
            Assert.Equal("1.0.0", marker.RootElement.GetProperty("imageLayoutVersion").GetString());
        }

        var names = new Dictionary<string, string>();
        var whole = new HashSet<string>();
        using var index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(root, "index.json")));
        foreach (var entry in index.RootElement.GetProperty("manifests").EnumerateArray())
        {
            var name = entry.GetProperty("annotations").GetProperty("org.opencontainers.image.ref.name").GetString()!;
            Assert.True(names.TryAdd(name, entry.GetProperty("digest").GetString()!), $"{name} is there twice");
            Check(root, name, entry, whole);
        }

        // Files are in place only when they are whole, named or not.
        foreach (var file in Directory.EnumerateFiles(Path.Combine(root, "blobs", "sha256")))
        {
            Assert.Equal(Path.GetFileName(file), Hash(file));
        }

        return names;
    }

    private static void Check(string root, string name, JsonElement descriptor, HashSet<string> whole)
    {
        var digest = descriptor.GetProperty("digest").GetString()!;
        if (!whole.Add(digest))
        {
            return;
        }

        var path = Path.Combine(root, "blobs", "sha256", digest["sha256:".Length..]);
        Assert.True(File.Exists(path), $"{name}: {digest} is missing");
        Assert.Equal(descriptor.GetProperty("size").GetInt64(), LengthOf(path));
        Assert.Equal(digest, "sha256:" + Hash(path));
        if (!descriptor.GetProperty("mediaType").GetString()!.Contains("manifest", StringComparison.Ordinal)
            && !descriptor.GetProperty("mediaType").GetString()!.Contains("index", StringComparison.Ordinal))
        {
            return;
        }

        using var manifest = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var property in new[] { "manifests", "layers" })
        {
            if (manifest.RootElement.TryGetProperty(property, out var list))
            {
                foreach (var child in list.EnumerateArray())
                {
                    Check(root, name, child, whole);
                }
            }
        }

        if (manifest.RootElement.TryGetProperty("config", out var config))
        {
            Check(root, name, config, whole);
        }
    }

    private static long LengthOf(string path)
    {
        using var file = File.OpenRead(path);
        return file.Length;
    }

    private static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
