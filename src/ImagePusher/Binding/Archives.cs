using ImagePusher.Core.Archive;
using ImagePusher.Core.Content;

namespace ImagePusher.Binding;

/// <summary>Opens what -Path names.</summary>
internal static class Archives
{
    /// <summary>A tar, an OCI-layout folder, or what comes on standard input.</summary>
    public static Task<ImageArchive> OpenAsync(string file, ITransferLog log, CancellationToken cancellationToken)
    {
        var options = new ArchiveOptions { Log = log };
        return file == PathResolver.StandardInput
            ? ImageArchive.OpenAsync(Console.OpenStandardInput(), "standard input", options, cancellationToken)
            : ImageArchive.OpenAsync(file, options, cancellationToken);
    }
}
