using ImagePusher.Core;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Naming;

namespace ImagePusher.Binding;

/// <summary>Says under which names the images of an archive are imported.</summary>
internal static class ImportNames
{
    /// <summary>The names of each image: the archive's own, or what -Reference makes of them.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="reference">-Reference: a full name for a single image, a folder <c>host/prefix/</c> for several; null: the archive's own names.</param>
    /// <exception cref="InvalidReferenceException">The reference is malformed, or one name for several images.</exception>
    public static IEnumerable<(ArchivedImage Image, ImageReference Name)> Of(ImageArchive archive, string? reference)
    {
        if (reference is null)
        {
            return archive.Images.SelectMany(image => image.Names.Select(name => (image, name)));
        }

        if (reference.EndsWith('/'))
        {
            var folder = DestinationRule.Parse(reference);
            return archive.Images.SelectMany(image => image.Names.Select(name => (image, folder.Apply(name))));
        }

        var only = ImageReference.Parse(reference);
        return archive.Images is [var single]
            ? [(single, only)]
            : throw new InvalidReferenceException(
                $"'{reference}' is one name, but {archive.Path} holds {archive.Images.Count} images.", "Give a folder that ends with '/', such as localhost/team/, or leave -Reference out to keep their own names.");
    }
}
