using System.Management.Automation;
using ImagePusher.Core;
using ImagePusher.Core.Naming;
using ImagePusher.Session;

namespace ImagePusher.Pipeline;

/// <summary>
/// Warns once if the destination already holds an official image of Docker Hub under its name with <c>library/</c>, as a mirror
/// of Docker Hub does: the copy is then an additional image instead of a replacement.
/// </summary>
internal sealed class LibraryCheck
{
    private int _isWarned;

    /// <summary>True if <c>library/</c> is kept in names under a registry: by -KeepLibrary, else by the option of the registry.</summary>
    public static bool Keeps(PSCmdlet command, SwitchParameter keepLibrary, string registry) =>
        command.MyInvocation.BoundParameters.ContainsKey("KeepLibrary")
            ? keepLibrary.IsPresent
            : PusherSession.Current.Client.GetSettings(registry).KeepLibrary;

    /// <summary>Checks the destination of a copy.</summary>
    /// <param name="destination">The target name.</param>
    /// <param name="access">The access to the registry.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task RunAsync(DestinationName destination, RegistryAccess access, CancellationToken cancellationToken)
    {
        if (destination.LibraryName is { Tag: { } tag } library && Volatile.Read(ref _isWarned) == 0
            && await ExistsAsync(library, tag, access, cancellationToken).ConfigureAwait(false)
            && Interlocked.Exchange(ref _isWarned, 1) == 0)
        {
            access.Log.Warning(
                $"The destination already contains {library}. Images of Docker Hub are copied without 'library/', so {destination.Name} "
                + "was written beside it. Specify -KeepLibrary to keep 'library/' in the names.");
        }
    }

    private static async Task<bool> ExistsAsync(
        ImageReference library, string tag, RegistryAccess access, CancellationToken cancellationToken)
    {
        try
        {
            return await access.Repository(library).HeadAsync(tag, cancellationToken).ConfigureAwait(false) is not null;
        }
        catch (ImagePusherException)
        {
            // The copy has succeeded; a registry that does not answer for another repository is not worth an error.
            return false;
        }
    }
}
