using System.Collections.Concurrent;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Support;

/// <summary>The files of the images from which make-images.sh made all archives, as umoci unpacks them; each unpacked once.</summary>
internal static class OriginalFiles
{
    private static readonly ConcurrentDictionary<string, Task<SortedDictionary<string, string>>> Known = new();

    /// <summary>The files of <c>app</c> or <c>tool</c>.</summary>
    public static async Task<SortedDictionary<string, string>> OfAsync(string image, CancellationToken cancellationToken)
    {
        var layout = (await ImagesFixture.GetAsync(cancellationToken))["oci"];
        var files = await Known.GetOrAdd(image, _ => ReferenceTools.UnpackAsync(layout, image, CancellationToken.None))
            .WaitAsync(cancellationToken);
        Assert.True(files.Count > 5, "The original image has too few files to prove anything.");
        return files;
    }
}
