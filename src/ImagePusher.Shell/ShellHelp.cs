using System.Management.Automation;
using System.Reflection;

namespace ImagePusher.Shell;

/// <summary>What -Help and -Version print.</summary>
internal static class ShellHelp
{
    public static string Version
    {
        get
        {
            var own = typeof(ShellHelp).Assembly.GetName().Version!.ToString(3);
            var engine = typeof(PSObject).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
            return $"ImagePusher {own} (PowerShell engine {engine.Split(' ', '+')[0]})";
        }
    }

    public static string Text
    {
        get
        {
            using var reader = new StreamReader(typeof(ShellHelp).Assembly.GetManifestResourceStream("Help.txt")!);
            return reader.ReadToEnd();
        }
    }
}
