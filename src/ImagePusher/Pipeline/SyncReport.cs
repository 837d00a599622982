using System.Text.Json;
using ImagePusher.Core.IO;
using ImagePusher.Output;

namespace ImagePusher.Pipeline;

/// <summary>Writes each result as one line of JSON when it is known, so that the report of a run that was killed is complete.</summary>
internal sealed class SyncReport : IDisposable
{
    private static readonly JsonSerializerOptions Form = new() { Converters = { new SecondsConverter() } };

    private readonly string _path;
    private readonly FileStream _file;
    private readonly Lock _lock = new();

    private SyncReport(string path, FileStream file) => (_path, _file) = (path, file);

    /// <summary>Creates the report; an existing file is replaced.</summary>
    /// <exception cref="Core.ImagePusherException">The file cannot be written.</exception>
    public static SyncReport Create(string path)
    {
        OutputPath.RejectFolder(path, "result.jsonl");
        try
        {
            if (FileStatus.Of(path, followLinks: true) is { Kind: var kind and (FileKind.NamedPipe or FileKind.Socket) })
            {
                // To open it would wait for a reader, and could not be canceled.
                throw new NotRegularFileException(path, kind);
            }

            return new SyncReport(path, new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failure(path, error);
        }
    }

    /// <summary>
    /// Writes a result, from any thread. A line is one write, so it is there as a whole or not at all, also on a full disk.
    /// </summary>
    /// <exception cref="Core.ImagePusherException">The file cannot be written.</exception>
    public void Write(SyncResult result)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(result, Form), (byte)'\n'];
        lock (_lock)
        {
            var end = _file.Position;
            try
            {
                _file.Write(line);
                _file.Flush();
            }
            catch (IOException error)
            {
                Shorten(end);
                throw Failure(_path, error);
            }
        }
    }

    public void Dispose() => _file.Dispose();

    // Removes the part of a line that did not fit.
    private void Shorten(long length)
    {
        try
        {
            _file.SetLength(length);
            _file.Position = length;
        }
        catch (IOException)
        {
            // The reason of the write is reported.
        }
    }

    private static Core.ImagePusherException Failure(string path, Exception error) => DiskErrors.Classify(error, path)
        ?? new Core.AccessDeniedException($"'{path}' cannot be written: {DiskErrors.Reason(error)}.", "Use another path.", error);
}
