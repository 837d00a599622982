using ImagePusher.Core;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Naming;

namespace ImagePusher.Binding;

/// <summary>Determines the names under which the images of an archive are imported.</summary>
internal static class ImportNames
{
    /// <summary>The names of each image: its own, or those in -Reference.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="selected">The images with their own names.</param>
    /// <param name="reference">
    /// -Reference: a full name for a single image, a prefix <c>host/prefix/</c> for several; null for their own names.
    /// </param>
    /// <exception cref="InvalidReferenceException">The reference is malformed, or one name for several images.</exception>
    public static IEnumerable<(ArchivedImage Image, ImageReference Name)> Of(
        string path, IReadOnlyList<(ArchivedImage Image, ImageReference Name)> selected, string? reference)
    {
        if (reference is null || selected.Count == 0)
        {
            return selected;
        }

        if (reference.EndsWith('/'))
        {
            var prefix = DestinationRule.Parse(reference);
            return selected.Select(pair => (pair.Image, prefix.Apply(pair.Name)));
        }

        var only = ImageReference.Parse(reference);
        return selected.All(pair => pair.Image == selected[0].Image)
            ? [(selected[0].Image, only)]
            : throw new InvalidReferenceException(
                $"'{reference}' is a single name, but {selected.Select(pair => pair.Image).Distinct().Count()} images of {path} "
                + "are selected.",
                "Specify a prefix that ends with '/', such as localhost/team/, or omit the name to keep their own names.");
    }
}
