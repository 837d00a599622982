using System.Text.Json;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>A reference model: reads the images of an archive directly from the rules, without limits and checks.</summary>
internal sealed class ArchiveModel
{
    private readonly TarModel _tar;
    private readonly Dictionary<string, byte[]> _placed = [];
    private readonly List<Image> _images = [];

    public ArchiveModel(byte[] tar, string stem)
    {
        _tar = new TarModel(tar);
        var docker = _tar.Find("manifest.json") is { } list ? JsonDocument.Parse(list).RootElement.EnumerateArray().ToList() : null;
        if (_tar.Find("index.json") is { } index && (docker is null || _tar.Find("oci-layout") is not null))
        {
            ReadLayout(JsonDocument.Parse(index).RootElement);
        }

        foreach (var entry in docker ?? [])
        {
            var config = ConfigDigest(entry);
            var same = _images.Find(image => image.IsOfLayout && image.Configs.Contains(config));
            if (same is null)
            {
                ReadDocker(entry, Required(Property(entry, "Config")!.Value.GetString()!));
                continue;
            }

            same.IsDockerSave = IsPlain(same.Root);
            foreach (var tag in Texts(entry, "RepoTags"))
            {
                var named = _images.FindLast(image => image.IsOfLayout && image.Configs.Contains(config) && Owns(image, tag)
                    && _images.FindLast(other => other.IsOfLayout && Owns(other, tag)) == image) ?? same;
                named.IsDockerSave = IsPlain(named.Root);
                named.Tags.Add(tag);
            }
        }

        NameAll(stem);
    }

    /// <summary>A description of the images, one per line.</summary>
    public IEnumerable<string> Lines => _images.Select(image =>
        Line(image.Root.Digest, image.Names.Select(name => name.ToString()), image.IsDockerSave, image.Platforms.Distinct(),
            image.Missing));

    public static string Line(Digest root, IEnumerable<string> names, bool isDockerSave, IEnumerable<string> platforms,
        IEnumerable<Digest> missing) =>
        $"{root} {string.Join(',', names)} {isDockerSave} [{string.Join(',', platforms)}] missing [{string.Join(',', missing)}]";

    public byte[]? Blob(Digest digest) =>
        _placed.GetValueOrDefault(digest.ToString()) ?? _tar.Find($"blobs/{digest.Algorithm}/{digest.Encoded}");

    private byte[] Required(string name) => _tar.Find(name) ?? throw new InvalidDataException(name);

    private string ConfigDigest(JsonElement entry)
    {
        var path = Property(entry, "Config")!.Value.GetString()!;
        return path.StartsWith("blobs/sha256/", StringComparison.Ordinal) && Digest.TryParse("sha256:" + path[13..], out var digest)
            ? digest.ToString()
            : SampleImage.Sha256(Required(path));
    }

    private static bool Owns(Image image, string tag) => ImageReference.TryParse(tag, out var wanted)
        && image.FullNames.Exists(text => ImageReference.TryParse(text, out var name) && name == wanted);

    private static List<string> Texts(JsonElement element, string name) =>
        Property(element, name) is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Where(text => text.ValueKind == JsonValueKind.String).Select(Text).OfType<string>()]
            : [];

    // Bytes that are not valid UTF-8 are not text.
    private static string? Text(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static JsonElement? Property(JsonElement element, string name) => element.EnumerateObject()
        .LastOrDefault(property => IsNamed(property, name)) is { Value.ValueKind: not JsonValueKind.Undefined } found
        ? found.Value : null;

    // A name that is not UTF-8 is an unknown property.
    private static bool IsNamed(JsonProperty property, string name)
    {
        try
        {
            return property.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private void ReadDocker(JsonElement entry, byte[] config)
    {
        var parsed = ImageConfig.Parse(config);
        var layers = "";
        foreach (var (path, diffId) in Texts(entry, "Layers").Zip(parsed.DiffIds))
        {
            var content = Required(path);
            var isGzip = content is [0x1F, 0x8B, ..];
            var isZstd = content is [0x28, 0xB5, 0x2F, 0xFD, ..];
            var digest = isGzip || isZstd ? SampleImage.Sha256(content) : diffId.ToString();
            _placed.TryAdd(digest, content);
            layers += $",{{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar"
                + $"{(isGzip ? "+gzip" : isZstd ? "+zstd" : "")}\",\"digest\":\"{digest}\",\"size\":{content.Length}}}";
        }

        _placed.TryAdd(SampleImage.Sha256(config), config);
        var manifest = $"{{\"schemaVersion\":2,\"mediaType\":\"{MediaTypes.OciManifest}\",\"config\":{{\"mediaType\":\""
            + $"{MediaTypes.OciConfig}\",\"digest\":\"{SampleImage.Sha256(config)}\",\"size\":{config.Length}}},\"layers\":["
            + $"{layers.TrimStart(',')}]}}";
        var root = Manifest.Parse(System.Text.Encoding.UTF8.GetBytes(manifest));
        var image = _images.Find(other => other.Root.Digest == root.Digest);
        if (image is null)
        {
            _images.Add(image = new Image(root) { IsDockerSave = true });
            AddPlatform(image, parsed.Platform);
        }

        image.Tags.AddRange(Texts(entry, "RepoTags"));
    }

    private void ReadLayout(JsonElement index)
    {
        foreach (var entry in OciJson.ReadDescriptors(index, "manifests").Where(entry => !IsOpaque(entry)))
        {
            var image = _images.Find(other => other.Entry == entry.Digest);
            if (image is null)
            {
                _images.Add(image = new Image(Read(entry)) { Entry = entry.Digest, IsOfLayout = true });
                Look(image, entry);
            }

            var refName = entry.Annotations.GetValueOrDefault(AnnotationKeys.RefName, "");
            var full = entry.Annotations.GetValueOrDefault(AnnotationKeys.ContainerdImageName)
                ?? (refName.Contains('/') || refName.Contains(':') ? refName : null);
            (full is not null ? image.FullNames : refName.Length > 0 ? image.Shorts : []).Add(full ?? refName);
        }
    }

    private Manifest Read(Descriptor descriptor) =>
        Manifest.Parse(Blob(descriptor.Digest) ?? throw new InvalidDataException("manifest"), descriptor.MediaType);

    private void Look(Image image, Descriptor entry)
    {
        if (image.Root is ImageManifest manifest)
        {
            image.Missing.AddRange(manifest.References.Select(blob => blob.Digest).Where(digest => Blob(digest) is null));
            See(image, manifest, entry.Platform);
            return;
        }

        image.Missing.AddRange(((ImageIndex)image.Root).Manifests.Where(child => !IsThere(child)).Select(child => child.Digest));
        See(image, (ImageIndex)image.Root);
    }

    private static bool IsOpaque(Descriptor entry) =>
        entry.MediaType is not ("" or MediaTypes.OciIndex or MediaTypes.OciManifest or MediaTypes.DockerList or MediaTypes.DockerManifest
            or MediaTypes.DockerSchema1 or MediaTypes.DockerSchema1Signed);

    private void See(Image image, ImageIndex index)
    {
        foreach (var child in index.Manifests.Where(child => !child.IsAttestation && !IsOpaque(child) && IsThere(child)))
        {
            var manifest = Read(child);
            if (manifest is ImageIndex nested)
            {
                See(image, nested);
            }
            else
            {
                See(image, (ImageManifest)manifest, child.Platform);
            }
        }
    }

    private bool IsThere(Descriptor entry) => Blob(entry.Digest) is not null && (IsOpaque(entry) || Read(entry) switch
    {
        ImageIndex index => index.Manifests.Count == 0 || index.Manifests.Any(IsThere),
        var manifest => manifest.References.All(blob => Blob(blob.Digest) is not null),
    });

    private void See(Image image, ImageManifest manifest, Platform? platform)
    {
        if (manifest.IsImage)
        {
            image.Configs.Add(manifest.Config.Digest.ToString());
            AddPlatform(image, platform ?? (Blob(manifest.Config.Digest) is { } config ? ImageConfig.Parse(config).Platform : null));
        }
    }

    private static void AddPlatform(Image image, Platform? platform)
    {
        if (platform is { Os.Length: > 0 } && platform.ToString() != "unknown/unknown")
        {
            image.Platforms.Add(platform.ToString());
        }
    }

    private bool IsPlain(Manifest root) => root is ImageManifest image
        ? image.Layers.All(layer => layer.MediaType is MediaTypes.OciLayer or MediaTypes.DockerLayer)
        : ((ImageIndex)root).Manifests.Where(IsThere).Select(Read).OfType<ImageManifest>().Where(child => child.IsImage).All(IsPlain);

    private void NameAll(string stem)
    {
        foreach (var image in _images)
        {
            foreach (var text in image.Tags.Count > 0 ? image.Tags : image.FullNames)
            {
                if (ImageReference.TryParse(text, out var name)
                    && (name.Digest is null || name.Tag is not null || name.Digest == image.Root.Digest))
                {
                    name = name.Tag is null ? name : name.WithTag(name.Tag);
                    _images.ForEach(other => other.Names.RemoveAll(known => known == name && other != image));
                    image.Names = [.. image.Names.Append(name).Distinct()];
                }
            }
        }

        foreach (var image in _images)
        {
            var shorts = image.Tags.Count > 0 ? [] : image.Shorts;
            foreach (var text in image.Names.Count > 0 || shorts.Count > 0 ? shorts : ["latest"])
            {
                var tag = ImageReference.TryParse($"localhost/{stem}:{text}", out var valid) && valid.Tag == text ? text : "latest";
                var name = ImageReference.Parse($"localhost/{stem}:{tag}");
                name = _images.Exists(other => other != image && other.Names.Contains(name)) ? name.WithDigest(image.Root.Digest) : name;
                image.Names = [.. image.Names.Append(name).Distinct()];
            }
        }
    }

    private sealed class Image(Manifest root)
    {
        public Manifest Root { get; } = root;

        public Digest? Entry { get; init; }

        public bool IsOfLayout { get; init; }

        public List<string> Tags { get; } = [];

        public List<string> FullNames { get; } = [];

        public List<string> Shorts { get; } = [];

        public HashSet<string> Configs { get; } = [];

        public List<string> Platforms { get; } = [];

        public List<Digest> Missing { get; } = [];

        public List<ImageReference> Names { get; set; } = [];

        public bool IsDockerSave { get; set; }
    }
}
