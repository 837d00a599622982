using System.Text.Json;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Cache;

/// <summary>Where things lie in a cache's folder: the OCI image layout, and our own state beside it.</summary>
/// <remarks>image-spec, image-layout.md. No name has a ':' or depends on case, so that the folder fits Windows.</remarks>
internal sealed class CacheLayout(string root)
{
    private static readonly byte[] LayoutFile = """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray();

    public string Root { get; } = root;

    public string IndexFile { get; } = Path.Combine(root, "index.json");

    public string MarkerFile { get; } = Path.Combine(root, "oci-layout");

    public string BlobFolder { get; } = Path.Combine(root, "blobs");

    public string StateFolder { get; } = Path.Combine(root, ".imagepusher");

    public string LockFile => Path.Combine(StateFolder, "lock");

    public string NewIndexFile => Path.Combine(StateFolder, "index.json.new");

    public string ReserveFile => Path.Combine(StateFolder, "reserve");

    public string PartialFolder => Path.Combine(StateFolder, "partial");

    public string IncomingFolder => Path.Combine(PartialFolder, "incoming");

    public string EncodingFolder => Path.Combine(StateFolder, "encodings");

    public string UploadFolder => Path.Combine(StateFolder, "uploads");

    public string BlobFile(Digest digest) => Path.Combine(BlobFolder, digest.Algorithm, digest.Encoded);

    public string PartialFile(Digest digest) => Path.Combine(PartialFolder, digest.Algorithm, digest.Encoded);

    /// <summary>True if the folder is one that <see cref="Complete"/> has been through.</summary>
    public bool IsComplete => File.Exists(MarkerFile) && File.Exists(IndexFile) && Directory.Exists(PartialFolder);

    /// <summary>Makes the folders that the lock needs. Refuses a folder of other things.</summary>
    public void Prepare()
    {
        if (Directory.Exists(StateFolder))
        {
            return;
        }

        ThrowIfFile();
        var isOther = Directory.Exists(Root) && !File.Exists(MarkerFile) && !File.Exists(IndexFile)
            && CacheErrors.Guard(Root, () => Directory.EnumerateFileSystemEntries(Root).Any());

        // Asked again, since another worker that prepares the same folder begins with this one.
        if (isOther && !Directory.Exists(StateFolder))
        {
            throw new CacheCorruptException(
                $"The folder {Root} holds other things and is no OCI image layout.",
                "Choose an empty folder or an OCI image layout with Set-ImageCache -Path or IMAGEPUSHER_CACHE.");
        }

        CacheErrors.Guard(Root, () => Directory.CreateDirectory(StateFolder));
    }

    /// <summary>Refuses a file where a folder should be.</summary>
    public void ThrowIfFile()
    {
        if (File.Exists(Root))
        {
            throw new CacheCorruptException($"The cache's folder {Root} is a file.", "Choose a folder with Set-ImageCache -Path or IMAGEPUSHER_CACHE.");
        }
    }

    /// <summary>Makes what is missing of the layout. Called under the lock.</summary>
    /// <param name="startOver">True where a lost index.json is replaced by an empty one instead of being an error.</param>
    public void Complete(bool startOver)
    {
        if (IsComplete)
        {
            return;
        }

        CheckMarker();
        if (!File.Exists(IndexFile))
        {
            if (!startOver)
            {
                ThrowIfIndexIsLost();
            }

            CacheErrors.Guard(IndexFile, () => Publish(NewIndexFile, IndexFile, IndexSnapshot.Empty.Raw.Span));
        }

        // The marker comes last: a folder that has it has an index.
        if (!File.Exists(MarkerFile))
        {
            CacheErrors.Guard(MarkerFile, () => Publish(Path.Combine(StateFolder, "oci-layout.new"), MarkerFile, LayoutFile));
        }

        CacheErrors.Guard(BlobFolder, () =>
        {
            Directory.CreateDirectory(Path.Combine(BlobFolder, "sha256"));
            Directory.CreateDirectory(Path.Combine(PartialFolder, "sha256"));
            Directory.CreateDirectory(Path.Combine(PartialFolder, "sha512"));
        });
    }

    /// <summary>Brings the names of all blobs to the disk.</summary>
    public void FlushBlobFolders()
    {
        foreach (var folder in Directory.EnumerateDirectories(BlobFolder))
        {
            FolderFlush.Of(folder);
        }
    }

    /// <summary>Refuses a layout of a version that is not known.</summary>
    public void CheckMarker()
    {
        if (!File.Exists(MarkerFile))
        {
            return;
        }

        var text = CacheErrors.Guard(MarkerFile, () => File.ReadAllBytes(MarkerFile));
        var version = "none";
        try
        {
            using var document = JsonDocument.Parse(text);
            version = document.RootElement.Text("imageLayoutVersion") ?? version;
        }
        catch (JsonException)
        {
            version = "unreadable";
        }

        if (!version.StartsWith("1.", StringComparison.Ordinal))
        {
            throw new CacheCorruptException(
                $"{MarkerFile} names the layout version '{version}', and only 1.0.0 is known.",
                """Write {"imageLayoutVersion":"1.0.0"} into it if the folder is an OCI image layout, or choose another folder with Set-ImageCache -Path.""");
        }
    }

    /// <summary>Refuses a folder that has blobs and no list of images: to start an empty list would give the blobs to the garbage collection.</summary>
    public void ThrowIfIndexIsLost()
    {
        if (!File.Exists(IndexFile) && Directory.Exists(BlobFolder)
            && CacheErrors.Guard(BlobFolder, () => Directory.EnumerateFiles(BlobFolder, "*", SearchOption.AllDirectories).Any()))
        {
            throw CacheErrors.BrokenIndex(IndexFile, "it is missing, though there are blobs");
        }
    }

    /// <summary>Writes a file beside its place, flushes it to the disk and renames it there.</summary>
    public static void Publish(string temporary, string final, ReadOnlySpan<byte> content, UnixFileMode? mode = null)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (mode is not null && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        var isInPlace = false;
        try
        {
            using (var file = new FileStream(temporary, options))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            Replace(temporary, final);
            isInPlace = true;
        }
        finally
        {
            if (!isInPlace)
            {
                // What there was no room for must not take the room that is left.
                File.Delete(temporary);
            }
        }
    }

    /// <summary>Renames a file over another. On Windows a reader without FileShare.Delete can be in the way for a moment.</summary>
    public static void Replace(string temporary, string final)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                File.Move(temporary, final, overwrite: true);
                return;
            }
            catch (IOException error) when (OperatingSystem.IsWindows() && tries < 50 && CacheErrors.IsBusy(error))
            {
                Thread.Sleep(10);
            }
            catch (UnauthorizedAccessException) when (OperatingSystem.IsWindows() && tries < 50)
            {
                Thread.Sleep(10);
            }
        }
    }
}
