using ImagePusher.Core.Archives;
using ImagePusher.Core.IO;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Binding;

/// <summary>Opens image archives.</summary>
internal static class Archives
{
    /// <summary>Opens a tar, an OCI layout directory, or standard input.</summary>
    public static async Task<ImageArchive> OpenAsync(
        string file, ILogger log, bool needsNames, CancellationToken cancellationToken)
    {
        var options = new ArchiveOptions { Log = log, NeedsNames = needsNames };
        if (file != PathResolver.StandardInput)
        {
            return await ImageArchive.OpenAsync(file, options, cancellationToken).ConfigureAwait(false);
        }

        var input = new CancellableReadStream(Console.OpenStandardInput());
        await using (input.ConfigureAwait(false))
        {
            return await ImageArchive.OpenAsync(input, "standard input", options, cancellationToken).ConfigureAwait(false);
        }
    }
}
