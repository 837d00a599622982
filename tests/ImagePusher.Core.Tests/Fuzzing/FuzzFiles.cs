using ImagePusher.Core.Discovery;
using ImagePusher.Core.Discovery.Yaml;
using ImagePusher.Core.Sync;

namespace ImagePusher.Core.Tests.Fuzzing;

/// <summary>Files of users: sync files, and those that name images.</summary>
internal static class FuzzFiles
{
    private static readonly string[] Tags = ["", "1.0", "v2.0.1-rc.1+x", "latest", "sha256-00", new string('9', 40)];

    /// <summary>Reads a sync file and applies its rules to tags.</summary>
    public static void ReadSync(byte[] input)
    {
        SyncFile file;
        try
        {
            file = SyncFileReader.Read(input, "mirror.yml", name => name == "A" ? "value" : null, Path.GetTempPath());
        }
        catch (ImagePusherException error)
        {
            CheckMessage(error);
            throw;
        }

        var names = new SyncTarget("localhost:5000/mirror/", null, _ => false);
        foreach (var entry in file.Entries)
        {
            Assert.True(entry.Line > 0 && entry.Column > 0);
            foreach (var tag in Tags)
            {
                _ = entry.Repositories.Selects(tag);

                // A selected tag is always in scope: otherwise a copied tag could never be removed.
                Assert.True(!entry.Rule.Selects(tag) || entry.Rule.Names is not null || entry.Rule.Covers(tag));
            }

            Try(() => _ = entry.Repository is null ? null : names.RepositoryFor(entry, entry.Repository));
        }
    }

    /// <summary>Finds the references in a file of a name, and replaces each.</summary>
    public static Action<byte[]> Scan(string name) => input =>
    {
        var source = SourceText.Of(name, input);
        var scan = ReferenceScan.Read(source, new ScanOptions
        {
            Paths = [NodePath.Parse("spec.*.image"), NodePath.Parse("items")],
            Variables = new Dictionary<string, string> { ["A"] = "app", ["B"] = "" },
        });
        scan.Errors.ToList().ForEach(CheckMessage);
        Assert.Equal(input, source.Replace([]));
        foreach (var found in scan.Found)
        {
            Assert.Equal(source.PositionOf(found.Place.Offset), (found.Place.Line, found.Place.Column));
            Assert.True(!found.IsVerbatim || source.Text.AsSpan(found.Place.Offset).StartsWith(found.Text), found.Text);
        }

        foreach (var skipped in scan.Skipped)
        {
            Assert.Equal(source.PositionOf(skipped.Place.Offset), (skipped.Place.Line, skipped.Place.Column));
        }

        // All at once: references that overlap could not be replaced.
        _ = source.Replace(scan.Found.Where(found => found.IsVerbatim)
            .Select(found => new TextEdit(found.Place.Offset, found.Text.Length, "mirror.example/x:1")));
    };

    /// <summary>Reads the variables of a compose file from a file.</summary>
    public static void ReadEnvironment(byte[] input)
    {
        using var folder = new TestSupport.TemporaryFolder();
        Assert.All(EnvironmentFile.Read(folder.Write("settings.env", input)).Keys, Assert.NotEmpty);
    }

    private static void CheckMessage(ImagePusherException error)
    {
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.EndsWith(".", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.RecommendedAction);
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (ImagePusherException error)
        {
            CheckMessage(error);
        }
    }
}
