using System.Management.Automation;
using ImagePusher.Core.Messages;
using ImagePusher.Core.Sync;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Binding;

/// <summary>Reads the sync files that -Path or -LiteralPath select.</summary>
internal static class SyncFileLoader
{
    /// <summary>Does something with each file; errors are non-terminating.</summary>
    /// <returns>True if there was no error.</returns>
    public static bool ForEach(AsyncCommand command, string[] paths, bool isLiteral, Action<string, SyncFile> action)
    {
        var succeeds = true;
        foreach (var path in paths)
        {
            IReadOnlyCollection<string> files = [];
            succeeds &= command.Try(path, () => files = PathResolver.Existing(command, path, isLiteral));
            foreach (var file in files)
            {
                succeeds &= command.Try(path, () =>
                {
                    var read = Read(command, file);
                    read.Warnings.ToList().ForEach(warning => command.WriteWarning(TerminalText.Escape(warning)));
                    action(path, read);
                });
            }
        }

        return succeeds;
    }

    /// <summary>Reads one file.</summary>
    public static SyncFile Read(PSCmdlet command, string file)
    {
        ModuleSetup.LoadYaml();
        var folder = command.SessionState.Path.CurrentFileSystemLocation.ProviderPath;
        return SyncFileReader.ReadFile(file, file, Environment.GetEnvironmentVariable, folder);
    }

    /// <summary>The images that the entries of a file select, in the order of the file; lists are read concurrently.</summary>
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
