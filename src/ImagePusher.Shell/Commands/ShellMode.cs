namespace ImagePusher.Shell.Commands;

/// <summary>What the command line asks for.</summary>
internal enum ShellMode
{
    /// <summary>Nothing named: commands from standard input, with a prompt if it is a terminal.</summary>
    Prompt,
    Command,
    File,
    StandardInput,
    Help,
    Version,
    Invalid,
}
