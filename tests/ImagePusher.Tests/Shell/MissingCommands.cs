using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Shell;

/// <summary>The commands of pwsh that the bare engine lacks, as the shell's -Help lists them.</summary>
internal static class MissingCommands
{
    public static async Task<IReadOnlyList<string>> ListAsync(ShellProcess shell)
    {
        var help = (await shell.RunAsync(["-Help"])).Output;
        var list = help[help.IndexOf("Missing, by module:", StringComparison.Ordinal)..].Split('\n').Where(line => line.StartsWith("    ", StringComparison.Ordinal));
        return [.. list.SelectMany(line => line.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
    }
}
