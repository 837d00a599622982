using System.Text.Json;
using ImagePusher.Core.IO;
using ImagePusher.Core.Layout;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>Decides whether a folder can be a cache, and creates the missing files of a new cache.</summary>
internal sealed class CacheInitializer(CachePaths paths)
{
    private const int WindowsAttempts = 50;
    private const int MaximumIndexSize = CacheIndex.MaximumLength;

    private volatile bool _isChecked;

    /// <summary>Checks the folder and then creates the files for the lock. Nothing is written before the check.</summary>
    /// <exception cref="InvalidOptionException">The folder is neither empty nor an OCI image layout.</exception>
    public void Prepare()
    {
        ThrowIfFile();
        var guard = new LayoutGuard(paths.Root);
        var hasState = guard.RequireFolder(paths.StateFolder);
        if (_isChecked && hasState)
        {
            return;
        }

        ThrowUnlessUsable();
        if (!hasState)
        {
            LayoutErrors.Guard(paths.Root, () =>
            {
                guard.Permissions.CreateFolder(paths.Root);
                paths.CreateFolder(paths.StateFolder, new LayoutGuard(paths.Root).Permissions);
            });
        }

        new LayoutGuard(paths.Root).RequireFiles(paths.StateFolder);
        _isChecked = true;
    }

    /// <summary>Rejects links and entries of other users among the cache's own files. Called with every lock.</summary>
    public void ThrowIfForeign(LayoutGuard guard)
    {
        foreach (var folder in paths.PartialFolders)
        {
            guard.RequireFolder(folder);
        }

        guard.RequireFile(paths.ReserveFile);
        guard.RequireOwner(paths.IndexFile);
        guard.RequireOwner(paths.MarkerFile);
        guard.RequireOwner(paths.BlobFolder);
    }

    /// <summary>Creates what is missing of the layout. Called under the lock.</summary>
    /// <param name="guard">The checks that hold with the lock.</param>
    /// <param name="startOver">True to replace a lost index.json by an empty one instead of failing.</param>
    public void Complete(LayoutGuard guard, bool startOver)
    {
        if (File.Exists(paths.MarkerFile) && File.Exists(paths.IndexFile) && Directory.Exists(paths.PartialFolder))
        {
            return;
        }

        var permissions = guard.Permissions;
        LayoutErrors.Guard(paths.PartialFolder, () =>
        {
            foreach (var folder in paths.PartialFolders)
            {
                paths.CreateFolder(folder, permissions);
            }
        });
        if (!File.Exists(paths.IndexFile))
        {
            if (!startOver)
            {
                ThrowIfIndexIsLost();
            }

            LayoutErrors.Guard(
                paths.IndexFile, () => paths.Write(paths.IndexFile, LayoutIndex.Empty.Raw.Span, permissions));
        }

        // The marker comes last: a folder that has it has an index.
        if (!File.Exists(paths.MarkerFile))
        {
            LayoutErrors.Guard(
                paths.MarkerFile, () => paths.Write(paths.MarkerFile, LayoutMarker.Content, permissions));
        }

        LayoutErrors.Guard(paths.BlobFolder, () =>
        {
            paths.CreateFolder(paths.BlobFolder, permissions);
            paths.CreateFolder(paths.AlgorithmFolder(DigestAlgorithm.Sha256), permissions);
        });
    }

    /// <summary>Rejects a file where a folder should be.</summary>
    public void ThrowIfFile()
    {
        if (LayoutErrors.Guard(
            paths.Root, () => FileStatus.Of(paths.Root, followLinks: true)) is { Kind: not FileKind.Directory and var kind })
        {
            throw new InvalidOptionException(
                $"'{paths.Root}' is {FileKindLookup.Describe(kind)}; a cache is a folder.",
                "Choose a folder that is empty, an OCI image layout or new.");
        }
    }

    /// <summary>
    /// Rejects a folder with blobs and without index.json: with an empty list, garbage collection would remove the blobs.
    /// </summary>
    public void ThrowIfIndexIsLost()
    {
        if (!FindsIndex() && HasBlobs())
        {
            throw LayoutErrors.BrokenIndex(paths.IndexFile, "it is missing, although the cache has blobs");
        }
    }

    /// <summary>
    /// True if there is an index.json. Windows gives a file in use no name for the moment in which it is replaced, so that one that is
    /// missing beside blobs is looked for again.
    /// </summary>
    public bool FindsIndex()
    {
        for (var attempt = 1; !File.Exists(paths.IndexFile); attempt++)
        {
            if (!OperatingSystem.IsWindows() || attempt == WindowsAttempts || !HasBlobs())
            {
                return false;
            }

            Thread.Sleep(10);
        }

        return true;
    }

    // A link is not followed only to find out.
    private bool HasBlobs() => LayoutErrors.Guard(paths.BlobFolder, () =>
        FileStatus.Of(paths.BlobFolder) is { } folder && (folder.Kind != FileKind.Directory || paths.AlgorithmFolders.Any(algorithm =>
            FileStatus.Of(algorithm) is { } blobs && (blobs.Kind != FileKind.Directory || Directory.EnumerateFiles(algorithm).Any()))));

    /// <summary>Rejects a folder that is not a cache and cannot become one. A folder that is empty or does not exist is fine.</summary>
    /// <exception cref="InvalidOptionException">The folder contains other files, or a layout of another version.</exception>
    public void ThrowUnlessUsable()
    {
        if (!Directory.Exists(paths.Root))
        {
            return;
        }

        // Another process may create the cache between two of the checks.
        for (var attempt = 1; !IsLayout(); attempt++)
        {
            var others = LayoutErrors.Guard(paths.Root, () => Directory.EnumerateFileSystemEntries(paths.Root)
                .Any(entry => !IsOwn(entry)));
            if (!others)
            {
                return;
            }

            if (attempt == 3)
            {
                throw new InvalidOptionException(
                    $"The folder '{paths.Root}' contains other files and is not an OCI image layout.",
                    "Choose a folder that is empty, an OCI image layout or new.");
            }
        }
    }

    // The user's state may be in the folder of a cache, and be there first; on Windows that is the default.
    private static bool IsOwn(string entry) => Path.GetFileName(entry) == CachePaths.StateFolderName
        || IsPath(entry, PlatformFolders.State) || IsPath(entry, PlatformFolders.DefaultState);

    private static bool IsPath(string entry, string path) => string.Equals(
        Path.GetFullPath(entry), path, OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    // False if nothing in the folder claims that it is a layout.
    private bool IsLayout()
    {
        if (LayoutErrors.Guard(paths.MarkerFile, () => RegularFile.ReadAll(paths.MarkerFile, LayoutMarker.MaximumSize)) is { } marker)
        {
            return LayoutMarker.FindProblem(marker) is not { } problem ? true : throw new InvalidOptionException(
                $"The folder '{paths.Root}' is not an OCI image layout of a supported version: '{paths.MarkerFile}' is not "
                + $"valid, {problem}.",
                """Write {"imageLayoutVersion":"1.0.0"} into that file if the folder is an OCI image layout, or choose another folder.""");
        }

        if (LayoutErrors.Guard(paths.IndexFile, () => RegularFile.ReadAll(paths.IndexFile, MaximumIndexSize)) is not { } index)
        {
            return false;
        }

        return IsIndex(index) ? true : throw new InvalidOptionException(
            $"The folder '{paths.Root}' is not an OCI image layout: it has no 'oci-layout', and its index.json is not an OCI index.",
            "Choose a folder that is empty, an OCI image layout or new.");
    }

    private static bool IsIndex(byte[] content)
    {
        try
        {
            return LayoutIndex.Parse(content).HasManifests;
        }
        catch (Exception error) when (error is JsonException or FormatException)
        {
            return false;
        }
    }
}
