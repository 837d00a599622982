using ImagePusher.Shell;
using ImagePusher.Shell.Commands;
using ImagePusher.Shell.Hosting;

var commandLine = CommandLine.Parse(args);
switch (commandLine.Mode)
{
    case ShellMode.Invalid:
        Console.Error.WriteLine(commandLine.Text);
        Console.Error.WriteLine("'imagepusher -Help' shows the usage.");
        return ExitCodes.Usage;
    case ShellMode.Help:
        Console.Out.Write(ShellHelp.Text);
        return ExitCodes.Success;
    case ShellMode.Version:
        Console.Out.WriteLine(ShellHelp.Version);
        return ExitCodes.Success;
    default:
        using (var shell = new Shell(commandLine))
        {
            return shell.Run();
        }
}
