using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImagePusher.Core.Registry.Http;

/// <summary>
/// The system's certificate authorities. On Linux .NET reads them all, from some hundred files, in the first TLS handshake of a process:
/// 0.12 s of CPU time, during which the server waits.
/// </summary>
internal static class SystemCertificates
{
    private static int _isAsked;

    /// <summary>Starts to read them, once per process, while the first connection is opened.</summary>
    public static void LoadAhead()
    {
        if (OperatingSystem.IsLinux() && Interlocked.Exchange(ref _isAsked, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static _ => Load(), null);
        }
    }

    private static void Load()
    {
        try
        {
            using var store = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);
            foreach (var certificate in store.Certificates)
            {
                certificate.Dispose();
            }
        }
        catch (CryptographicException)
        {
            // The handshake has the same failure, and its error contains the registry.
        }
    }
}
