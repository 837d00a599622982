using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ImagePusher.Core.IO;
using ImagePusher.Core.Registry.Authentication;

namespace ImagePusher.Core.Registry.Http;

/// <summary>The certificates for a host: those of its settings, else those in Docker's and Podman's certs.d folders.</summary>
internal sealed record HostCertificates(X509Certificate2Collection Authorities, X509Certificate2? Client)
{
    public static HostCertificates Load(string registry, RegistrySettings options, RegistryClientOptions client)
    {
        var authorities = new X509Certificate2Collection();
        var own = options.ClientCertificate is { } path ? ReadClient(path) : null;
        if (options.CertificateAuthority is { } bundle)
        {
            Read(bundle, () =>
            {
                authorities.ImportFromPem(Text(bundle));
                if (authorities.Count == 0)
                {
                    throw new CryptographicException("It contains no certificate in PEM format.");
                }
            });
        }

        var configured = Folders(client).Select(folder => Path.Combine(folder, FolderName(registry)));
        foreach (var folder in configured.Prepend(options.CertificateFolder ?? "").Where(Directory.Exists))
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*.crt").Order(StringComparer.Ordinal))
            {
                Read(file, () => authorities.ImportFromPem(Text(file)));
            }

            own ??= Directory.EnumerateFiles(folder, "*.cert").Order(StringComparer.Ordinal).Select(ReadClient).FirstOrDefault();
        }

        return new HostCertificates(authorities, own);
    }

    private static IReadOnlyList<string> Folders(RegistryClientOptions client)
    {
        if (client.CertificateFolders is { } folders)
        {
            return folders;
        }

        var home = client.Environment("HOME") ?? client.Environment("USERPROFILE") ?? "";
        var perUser = home.Length == 0
            ? []
            : new[] { Path.Combine(home, ".config", "containers", "certs.d"), Path.Combine(home, ".docker", "certs.d") };
        return OperatingSystem.IsWindows()
            ? [.. perUser, Path.Combine(client.Environment("ProgramData") ?? @"C:\ProgramData", "docker", "certs.d")]
            : [.. perUser, "/etc/containers/certs.d", "/etc/docker/certs.d"];
    }

    // Windows allows no ':' in a name; Docker omits it there.
    private static string FolderName(string registry) =>
        OperatingSystem.IsWindows() ? registry.Replace(":", "", StringComparison.Ordinal) : registry;

    private static X509Certificate2 ReadClient(string path)
    {
        X509Certificate2? certificate = null;
        Read(path, () =>
        {
            var key = Path.ChangeExtension(path, ".key");
            certificate = Path.GetExtension(path).ToLowerInvariant() is ".pfx" or ".p12"
                ? X509CertificateLoader.LoadPkcs12(Content(path), null)
                : X509Certificate2.CreateFromPem(Text(path), Text(File.Exists(key) ? key : path));
        });
        return certificate!;
    }

    private static string Text(string path) => Encoding.UTF8.GetString(Content(path));

    private static byte[] Content(string path) => !File.Exists(path) ? throw new FileNotFoundException(null, path)
        : RegularFile.ReadAll(path, CredentialLimits.CertificateFile)
        ?? throw new IOException($"it has more than {CredentialLimits.CertificateFile} bytes");

    private static void Read(string path, Action read)
    {
        try
        {
            read();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PathNotFoundException($"The certificate file '{path}' does not exist.", "Check the path.", error);
        }
        catch (NotRegularFileException error)
        {
            throw new InvalidOptionException(
                $"The certificate file '{path}' cannot be used: {error.Message}", "Specify a regular file.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AccessDeniedException(
                $"The certificate file '{path}' cannot be read: {ErrorBody.OneLine(error.Message).TrimEnd('.')}.",
                "Check the file's permissions.", error);
        }
        catch (CryptographicException error)
        {
            throw new InvalidOptionException(
                $"The certificate file '{path}' cannot be used: {ErrorBody.OneLine(error.Message).TrimEnd('.')}.",
                "Use a PEM file, or for a client certificate a PEM file with its key or a .pfx file without a password.", error);
        }
    }
}
