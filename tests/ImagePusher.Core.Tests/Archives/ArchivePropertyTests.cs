using CsCheck;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Oci;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Archives;

/// <summary>
/// Every tar that the reader accepts has the images of a simple model; every other one is a typed error: no other exception, no hang, no
/// more memory than stated here. It runs alone, since memory is measured for the process.
/// </summary>
[Collection(MeasuredAlone.Name)]
public sealed class ArchivePropertyTests(ITestOutputHelper output) : ArchiveTestBase
{
    // The tars have at most a few hundred KB. All allocations while one is opened count.
    private const long MostBytes = 24L * 1024 * 1024;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private long _proper;
    private long _accepted;
    private long _refused;
    private long _partial;
    private long _most;
    private long _number;

    [Fact]
    public async Task Every_archive_is_read_as_by_the_model_or_rejected_with_a_typed_error()
    {
        var count = ExternalTools.LongForm ? 100_000 : 2_000;

        // A failing case prints its seed, which the variable sets.
        var seed = Environment.GetEnvironmentVariable("CsCheck_Seed") ?? $"{Random.Shared.NextInt64(100_000_000_000, 1_000_000_000_000)}";
        output.WriteLine($"{count} cases, first seed {seed}");
        await ArchiveRecipe.Gen.SampleAsync(CheckAsync, output.WriteLine, seed, count, threads: 1, print: recipe => recipe.ToString());
        output.WriteLine($"{_accepted} accepted, {_proper} of them unchanged; {_partial} in part; {_refused} rejected; at most {_most} "
            + "bytes allocated for one");

        // The property is meaningless if all archives are rejected, or none is.
        Assert.InRange(_proper, count / 20, count);
        Assert.InRange(_accepted, count / 4, count * 9 / 10);
        Assert.InRange(_refused, count / 10, count);
    }

    private async Task CheckAsync(ArchiveRecipe recipe)
    {
        var tar = ArchiveGenerator.Make(recipe);
        var path = Folder.Write($"case{_number++ % 8}.tar", ArchiveGenerator.Wrap(tar, recipe.Outer));
        var before = GC.GetTotalAllocatedBytes();
        try
        {
            await using var archive =
                await ImageArchive.OpenAsync(path, new ArchiveOptions { Log = new RecordingLogger() }, Stop).WaitAsync(Longest, Stop);
            Bound(before);
            _accepted++;
            _proper += recipe.Changes.Length == 0 ? 1 : 0;
            Assert.All(archive.Failures, failure => Assert.True(recipe.Changes.Length > 0, failure.Message));
            Assert.All(archive.Failures, failure => Assert.Contains(Path.GetFileName(path), failure.Message, StringComparison.Ordinal));
            if (archive.Failures.Count > 0)
            {
                _partial++;
                return;
            }

            var model = new ArchiveModel(tar, Path.GetFileNameWithoutExtension(path));
            Assert.Equal(model.Lines, archive.Images.Select(image => ArchiveModel.Line(
                image.Root.Digest, image.Names.Select(name => name.ToString()), image.IsDockerSave,
                image.Platforms.Select(platform => platform.ToString()), image.Missing.Select(blob => blob.Digest))));
            foreach (var image in archive.Images)
            {
                await CompareAsync(archive, image.Root, model);
            }
        }
        catch (ImagePusherException error) when (
            error is InvalidImageArchiveException or DigestMismatchException or IncompleteImageException or LimitExceededException
                or UnsupportedContentException)
        {
            Bound(before);
            _refused++;
            Assert.True(recipe.Changes.Length > 0, error.Message);
            Assert.Contains(Path.GetFileName(path), error.Message, StringComparison.Ordinal);
            Assert.NotEmpty(error.RecommendedAction);
        }
    }

    private static async Task CompareAsync(ImageArchive archive, Manifest manifest, ArchiveModel model)
    {
        foreach (var reference in manifest.References)
        {
            if (model.Blob(reference.Digest) is not { } expected)
            {
                Assert.False(await archive.ContainsAsync(reference, Stop));
                await Assert.ThrowsAsync<IncompleteImageException>(() => archive.OpenBlobAsync(reference, 0, Stop));
                continue;
            }

            // The unchanged bytes; their digest is verified by the reader of the blob.
            await using var stream = await archive.OpenBlobAsync(reference, 0, Stop);
            using var content = new MemoryStream();
            await stream.CopyToAsync(content, Stop);
            Assert.True(expected.AsSpan().SequenceEqual(content.ToArray()), $"{reference.Digest} has other bytes");
            if (manifest is ImageIndex && await archive.ContainsAsync(reference, Stop))
            {
                await CompareAsync(archive, await archive.GetManifestAsync(reference, Stop), model);
            }
        }
    }

    private void Bound(long before)
    {
        var taken = GC.GetTotalAllocatedBytes() - before;
        _most = Math.Max(_most, taken);
        Assert.InRange(taken, 0, MostBytes);
    }
}
