using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>The errors about the content of a cache.</summary>
internal static class CacheErrors
{
    private const string SaveAgain = "Fetch the missing parts again, or save or import the image again.";

    public static ImageNotCachedException NotCached(string root, string name) => new(
        $"The cache '{root}' does not contain an image '{name}'.", "Save or import the image first.");

    public static IncompleteImageException MissingBlob(string root, Digest digest) =>
        new($"The cache '{root}' does not contain the blob {digest}.", SaveAgain);

    public static IncompleteImageException MissingManifest(string root, string image, Digest digest) =>
        new($"The cache '{root}' lists {image}, but does not contain its manifest {digest}.", SaveAgain);

    public static CacheCorruptException WrongSize(string path, long expected, long actual) => new(
        $"The blob '{path}' has the wrong size: expected {expected} bytes, found {actual}.", SaveAgain);

    public static CacheCorruptException DamagedManifest(string path, string reason) => new(
        $"The manifest '{path}' is damaged: {reason}.", "Fetch the image again, or remove it from the cache.");

    public static CacheCorruptException DamagedImage(ImageReference name, string problem) =>
        new($"{name} was not added to the cache: {problem}", "Save or import the image again.");

    public static IncompleteImageException Incomplete(string root, ImageReference name, IReadOnlyList<Descriptor> missing) => new(
        $"{name} was not added to the cache '{root}', because {missing.Count} of its blobs are missing: "
        + $"{string.Join(", ", missing.Take(3).Select(blob => blob.Digest))}{(missing.Count > 3 ? ", …" : "")}.",
        "Save or import the image again. If another process collects garbage at the same time, use a longer grace period there.");
}
