using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>Finds entries by the name or digest that a user gives.</summary>
internal static class EntryFinder
{
    /// <summary>The literal name first, then the normalized one, then the digest.</summary>
    public static CacheEntry? Find(IReadOnlyList<CacheEntry> entries, string text)
    {
        foreach (var entry in entries)
        {
            if (entry.IsNamed(text))
            {
                return entry;
            }
        }

        return Digest.TryParse(text, out var digest) ? First(entries, entry => entry.Digest == digest)
            : ImageReference.TryParse(text, out var reference) ? FindReference(entries, reference)
            : null;
    }

    private static CacheEntry? FindReference(IReadOnlyList<CacheEntry> entries, ImageReference reference)
    {
        var normalised = reference.ToString();
        return First(entries, entry => entry.Name == normalised)
            ?? First(entries, entry => CanEqual(entry.Name, reference) && entry.Reference == reference)
            ?? (reference.Digest is { } digest
                ? First(entries, entry => (entry.Digest == digest || entry.SourceDigest == digest)
                    && entry.Reference is { } other && other.Name == reference.Name)
                : null);
    }

    /// <summary>
    /// Finds what a registry over this cache serves as repository:tag: the name on localhost, then the one on Docker Hub,
    /// then the only name of any registry with that repository and tag.
    /// </summary>
    public static CacheEntry? FindServed(IReadOnlyList<CacheEntry> entries, string repository, string tag)
    {
        if (!ImageReference.TryParse($"localhost/{repository}:{tag}", out var local) || local.Repository != repository || local.Tag != tag)
        {
            return null;
        }

        var (localName, hubName, suffix) =
            (local.ToString(), ImageReference.Create(ImageReference.DockerHub, repository, tag).ToString(), $"/{repository}:{tag}");
        if ((First(entries, entry => entry.Name == localName) ?? First(entries, entry => entry.Name == hubName)) is { } own)
        {
            return own;
        }

        var others = entries.Where(
            entry => entry.Name?.EndsWith(suffix, StringComparison.Ordinal) == true && entry.Reference?.Repository == repository)
            .Take(2).ToList();
        return others.Count == 1 ? others[0] : null;
    }

    // Avoids parsing thousands of names: a name that equals the reference contains the last part of its repository.
    private static bool CanEqual(string? name, ImageReference reference) =>
        name is not null && name.Contains(reference.Repository[(reference.Repository.LastIndexOf('/') + 1)..], StringComparison.Ordinal);

    private static CacheEntry? First(IReadOnlyList<CacheEntry> entries, Func<CacheEntry, bool> predicate) =>
        entries.FirstOrDefault(predicate);
}
