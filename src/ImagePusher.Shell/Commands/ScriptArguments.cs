using System.Management.Automation.Runspaces;

namespace ImagePusher.Shell.Commands;

/// <summary>The arguments after a script's path, made into parameters as pwsh -File makes them.</summary>
internal static class ScriptArguments
{
    public static IReadOnlyList<CommandParameter> Parse(ReadOnlySpan<string> args)
    {
        var parameters = new List<CommandParameter>(args.Length);
        string? pending = null;
        foreach (var arg in args)
        {
            if (pending is not null)
            {
                parameters.Add(new CommandParameter(pending, arg));
                pending = null;
            }
            else if (arg.Length < 2 || arg[0] != '-')
            {
                parameters.Add(new CommandParameter(null, arg));
            }
            else if (arg.IndexOf(':', StringComparison.Ordinal) is var colon && colon < 0)
            {
                parameters.Add(new CommandParameter(arg));
            }
            else if (colon == arg.Length - 1)
            {
                pending = arg.TrimEnd(':');
            }
            else
            {
                parameters.Add(new CommandParameter(arg[..colon], Switch(arg[(colon + 1)..])));
            }
        }

        return parameters;
    }

    /// <summary>-Name:$false, -Name:false and so on set a switch; any other value stays text.</summary>
    private static object Switch(string value) =>
        bool.TryParse(value.AsSpan(value[0] == '$' ? 1 : 0), out var boolean) ? boolean : value;
}
