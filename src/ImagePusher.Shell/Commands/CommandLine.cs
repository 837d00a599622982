using System.Management.Automation.Runspaces;
using System.Text;

namespace ImagePusher.Shell.Commands;

/// <summary>The command line, read by the rules of pwsh: any unambiguous start of a switch, the first stranger is a file.</summary>
internal sealed class CommandLine
{
    private readonly string[] _args;
    private int _next;

    private CommandLine(string[] args) => _args = args;

    public ShellMode Mode { get; private set; }

    /// <summary>The command, the full path of the script, or what is wrong with the command line.</summary>
    public string Text { get; private set; } = "";

    public IReadOnlyList<CommandParameter> Arguments { get; private set; } = [];

    public string? WorkingDirectory { get; private set; }

    public bool NonInteractive { get; private set; }

    public bool NoExit { get; private set; }

    public bool NoLogo { get; private set; }

    public static CommandLine Parse(string[] args)
    {
        var line = new CommandLine(args);
        while (line._next < args.Length && line.ReadNext())
        {
        }

        return line;
    }

    /// <summary>Reads one switch; false when nothing after it belongs to the shell.</summary>
    private bool ReadNext()
    {
        var arg = _args[_next++].Trim();
        if (arg.Length == 0)
        {
            return true;
        }

        if (arg[0] is not ('-' or '/') || arg == "-")
        {
            _next--;
            return ReadFile();
        }

        var name = arg.TrimStart('-', '/');
        if (Is(name, "version", 1))
        {
            Mode = ShellMode.Version;
            return false;
        }

        if (Is(name, "help", 1) || name == "?")
        {
            Mode = ShellMode.Help;
            return false;
        }

        if (Is(name, "commandwithargs", 15) || Is(name, "cwa", 3))
        {
            return ReadCommand(withArguments: true);
        }

        if (Is(name, "command", 1))
        {
            return ReadCommand(withArguments: false);
        }

        if (Is(name, "encodedcommand", 1) || Is(name, "ec", 2))
        {
            return ReadEncodedCommand();
        }

        if (Is(name, "file", 1))
        {
            return ReadFile();
        }

        return ReadFlag(name) || ReadStranger();
    }

    private bool ReadFlag(string name)
    {
        if (Is(name, "noexit", 3))
        {
            NoExit = true;
        }
        else if (Is(name, "nologo", 3))
        {
            NoLogo = true;
        }
        else if (Is(name, "noninteractive", 4))
        {
            NonInteractive = true;
        }
        else if (Is(name, "interactive", 1))
        {
            NonInteractive = false;
        }
        else if (Is(name, "executionpolicy", 2) || Is(name, "ep", 2))
        {
            // Taken so that command lines written for pwsh work; there is no policy outside Windows.
            _next++;
        }
        else if (Is(name, "workingdirectory", 2) || Is(name, "wd", 2))
        {
            if (_next == _args.Length)
            {
                Fail("-WorkingDirectory needs a folder.");
                return true;
            }

            WorkingDirectory = _args[_next++];
        }
        else
        {
            // There are no profiles to load, so these two are as they are wanted.
            return Is(name, "noprofile", 3) || Is(name, "login", 1);
        }

        return true;
    }

    private bool ReadCommand(bool withArguments)
    {
        if (_next == _args.Length)
        {
            return Fail("A command must follow -Command.");
        }

        var text = _args[_next++];
        if (text == "-" && !withArguments)
        {
            Mode = ShellMode.StandardInput;
            return _next == _args.Length ? false
                : Fail("'-' after -Command reads the commands from standard input; nothing may follow it.");
        }

        Mode = ShellMode.Command;
        Text = withArguments ? text : string.Join(' ', _args[(_next - 1)..]);
        Arguments = withArguments ? ScriptArguments.Parse(_args.AsSpan(_next)) : [];
        return false;
    }

    private bool ReadEncodedCommand()
    {
        if (_next == _args.Length)
        {
            return Fail("A command must follow -EncodedCommand.");
        }

        try
        {
            Text = Encoding.Unicode.GetString(Convert.FromBase64String(_args[_next++]));
            Mode = ShellMode.Command;
            return true;
        }
        catch (FormatException)
        {
            return Fail("The value of -EncodedCommand must be the Base64 form of UTF-16 text.");
        }
    }

    private bool ReadFile()
    {
        if (_next == _args.Length)
        {
            return Fail("-File needs the path of a script.");
        }

        var path = _args[_next++];
        if (path == "-")
        {
            Mode = ShellMode.StandardInput;
            return false;
        }

        if (!File.Exists(path))
        {
            return Fail($"The argument '{path}' is not the path of a script. Check its spelling, and that the file exists.");
        }

        Mode = ShellMode.File;
        Text = Path.GetFullPath(path);
        Arguments = ScriptArguments.Parse(_args.AsSpan(_next));
        return false;
    }

    private bool ReadStranger()
    {
        _next--;
        return ReadFile();
    }

    private bool Fail(string message)
    {
        Mode = ShellMode.Invalid;
        Text = message;
        _next = _args.Length;
        return false;
    }

    private static bool Is(string name, string full, int shortest) =>
        name.Length >= shortest && full.StartsWith(name, StringComparison.OrdinalIgnoreCase);
}
