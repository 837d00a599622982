using System.Net;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Bundles;
using ImagePusher.Core.Engines;
using ImagePusher.Core.Oci;
using ImagePusher.Core.State;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Fuzzing;

/// <summary>The small files that accompany images: bundle lists, checksums, the state of earlier runs; and the responses of an
/// engine.</summary>
internal static class FuzzTransferFiles
{
    public static void ReadLists(byte[] input)
    {
        var omitted = OmittedBlobs.Parse(input);
        Assert.Equal(omitted.Count, OmittedBlobs.Parse(omitted.Write()).Count);
        var part = BundlePart.Parse(input);
        Assert.InRange(part.Number, 1, part.Parts.Count);
        Assert.All(part.Parts, entry => Assert.DoesNotContain(entry.File + string.Concat(entry.Images), char.IsControl));
    }

    public static void ReadChecksums(byte[] input)
    {
        using var folder = new TemporaryFolder();
        Assert.All(BundleLists.Read(folder.Write(BundleFiles.SumsName, input)), sum => Assert.Equal(64, sum.Hash.Length));
    }

    /// <summary>Reads the input as each kind of state: it is either treated as missing or read completely.</summary>
    public static void ReadState(byte[] input)
    {
        using var folder = new TemporaryFolder();
        var key = new EncodingKey(Digest.Of("layer"u8), "gzip", 6, 1024, "1");
        var version = new FileVersion("/cache/blob", Digest.Of("blob"u8), 4, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, 1);
        folder.Write($"state/encodings/{key}", input);
        folder.Write($"state/uploads/{Digest.Of("upload"u8).Encoded}", input);
        folder.Write($"state/verified/{Digest.Of("/cache/blob"u8).Encoded}", input);
        var log = new RecordingLogger();
        var state = new TransferState(folder["state"], log);
        Assert.True(state.Encodings.FindAsync(key, default).AsTask().GetAwaiter().GetResult() is null or { Size: >= 0 });
        Assert.True(state.Uploads.FindAsync("upload", default).AsTask().GetAwaiter().GetResult() is null
            or { Key: "upload", Offset: >= 0 });
        _ = state.VerifiedFiles.Contains(version);
        Assert.DoesNotContain(log.Messages, message => message.Any(char.IsControl));
    }

    public static async Task ReadEngineAsync(byte[] input)
    {
        foreach (var status in new[] { HttpStatusCode.OK, HttpStatusCode.InternalServerError })
        {
            try
            {
                await new EngineMessages(EngineAddress.Parse("unix:///run/engine.sock")).ReadAsync(
                    new MemoryStream(input), status, message => Assert.DoesNotContain(message, char.IsControl), default);
                Assert.Equal(HttpStatusCode.OK, status);
            }
            catch (EngineFailedException error)
            {
                Assert.DoesNotContain(error.Message, char.IsControl);
            }
        }
    }
}
