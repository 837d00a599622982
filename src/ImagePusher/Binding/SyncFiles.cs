using ImagePusher.Core.IO;
using ImagePusher.Core.Sync;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Binding;

/// <summary>Reads the sync files that -Path or -LiteralPath select.</summary>
internal static class SyncFiles
{
    /// <summary>The files, each with the text that selected it; errors are non-terminating.</summary>
    public static IEnumerable<(string Input, SyncFile File)> Read(AsyncCommand command, string[] paths, bool isLiteral)
    {
        foreach (var path in paths)
        {
            IReadOnlyCollection<string> files = [];
            command.Try(path, () => files = PathResolver.Existing(command, path, isLiteral));
            foreach (var file in files)
            {
                SyncFile? read = null;
                if (command.Try(path, () => read = Read(file)))
                {
                    read!.Warnings.ToList().ForEach(warning => command.WriteWarning(TerminalText.Escape(warning)));
                    yield return (path, read);
                }
            }
        }
    }

    /// <summary>Reads one file.</summary>
    public static SyncFile Read(string file)
    {
        ModuleSetup.LoadYaml();
        return SyncFileReader.ReadFile(file, file, Environment.GetEnvironmentVariable);
    }

    /// <summary>What the entries of a file select, in the order of the file; the lists are read concurrently.</summary>
    public static IReadOnlyList<SyncSelection> Select(AsyncCommand command, SyncFile file, SyncAccess access, int throttle)
    {
        var planner = new SyncPlanner(access);
        var selected = new List<SyncSelection>[file.Entries.Count];
        command.Await(token => Parallel.ForAsync(
            0, selected.Length, new ParallelOptions { MaxDegreeOfParallelism = throttle, CancellationToken = token },
            async (position, stop) =>
            {
                selected[position] = [];
                await foreach (var selection in planner.SelectAsync(file.Entries[position], stop).ConfigureAwait(false))
                {
                    selected[position].Add(selection);
                }
            }));
        return [.. selected.SelectMany(part => part)];
    }
}
