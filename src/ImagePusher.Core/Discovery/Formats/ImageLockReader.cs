using ImagePusher.Core.Discovery.Yaml;

namespace ImagePusher.Core.Discovery.Formats;

/// <summary>Reads the ImagesLock of carvel's kbld and imgpkg.</summary>
internal static class ImageLockReader
{
    /// <summary>Reads a lock.</summary>
    public static void Read(SourceNode file, ReferenceCollector collector)
    {
        var images = file["images"];
        for (var i = 0; i < images?.Items.Count; i++)
        {
            collector.Add(images.Items[i]["image"], ReferenceKinds.ImageLock, $"images[{i}].image");
        }
    }
}
