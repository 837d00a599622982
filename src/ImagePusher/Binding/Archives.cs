using ImagePusher.Core.Archives;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using Microsoft.Extensions.Logging;

namespace ImagePusher.Binding;

/// <summary>Opens what -Path names.</summary>
internal static class Archives
{
    /// <summary>A tar, an OCI-layout folder, or what comes on standard input.</summary>
    public static async Task<ImageArchive> OpenAsync(string file, ILogger log, CancellationToken cancellationToken)
    {
        var options = new ArchiveOptions { Log = log };
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
