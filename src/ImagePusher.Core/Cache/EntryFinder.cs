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

    // Avoids parsing thousands of names: a name that equals the reference contains the last part of its repository.
    private static bool CanEqual(string? name, ImageReference reference) =>
        name is not null && name.Contains(reference.Repository[(reference.Repository.LastIndexOf('/') + 1)..], StringComparison.Ordinal);

    private static CacheEntry? First(IReadOnlyList<CacheEntry> entries, Func<CacheEntry, bool> predicate) =>
        entries.FirstOrDefault(predicate);
}
