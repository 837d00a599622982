using System.Management.Automation;
using System.Management.Automation.Runspaces;
using ImagePusher.Shell.Commands;
using ImagePusher.Shell.Hosting;
using Microsoft.PowerShell;

namespace ImagePusher.Shell;

/// <summary>One run of the shell: opens the engine with the module, does what the command line says, gives the exit code.</summary>
internal sealed class Shell : IDisposable
{
    private readonly CommandLine _commandLine;
    private readonly Interrupts _interrupts = new();
    private readonly LineReader _reader = new();
    private readonly ShellUserInterface _ui;
    private readonly ShellHost _host;

    public Shell(CommandLine commandLine)
    {
        _commandLine = commandLine;
        _ui = new ShellUserInterface(_reader, commandLine.NonInteractive);
        _host = new ShellHost(_ui);
    }

    public int Run()
    {
        if (ModuleLocation.Find() is not { } manifest)
        {
            Console.Error.WriteLine("The ImagePusher module is neither beside this shell nor in an out folder above it. Build the solution first.");
            return ExitCodes.StartFailed;
        }

        ModuleLocation.AddToModulePath(manifest);
        using var runspace = RunspaceFactory.CreateRunspace(_host, InitialState());
        runspace.ThreadOptions = PSThreadOptions.ReuseThread;
        runspace.Open();
        Runspace.DefaultRunspace = runspace;
        var executor = new Executor(runspace, _ui, _interrupts, _reader);
        if (!executor.ImportModule(manifest) || !EnterWorkingDirectory(runspace))
        {
            return ExitCodes.StartFailed;
        }

        var failed = !RunInitial(runspace, executor);
        if (_commandLine.NoExit || _commandLine.Mode is ShellMode.Prompt or ShellMode.StandardInput)
        {
            failed = false;
            new InputLoop(executor, _host, _ui, _reader, _interrupts, ShowsPrompt).Run();
        }

        return _interrupts.Terminated ? ExitCodes.Terminated
            : _host.ExitCode ?? (failed || !executor.LastSucceeded() ? ExitCodes.Failure : ExitCodes.Success);
    }

    public void Dispose()
    {
        _interrupts.Dispose();
        _reader.Dispose();
    }

    private bool ShowsPrompt => !Console.IsInputRedirected && _commandLine.Mode != ShellMode.StandardInput;

    private static InitialSessionState InitialState()
    {
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = ExecutionPolicy.RemoteSigned;
        }

        return state;
    }

    private bool EnterWorkingDirectory(Runspace runspace)
    {
        if (_commandLine.WorkingDirectory is { } folder)
        {
            var full = Path.GetFullPath(folder);
            if (!Directory.Exists(full))
            {
                Console.Error.WriteLine($"The working directory '{folder}' does not exist.");
                return false;
            }

            Environment.CurrentDirectory = full;
            runspace.SessionStateProxy.Path.SetLocation(WildcardPattern.Escape(full));
        }

        return true;
    }

    /// <returns>False if the command or script ended with a terminating error.</returns>
    private bool RunInitial(Runspace runspace, Executor executor)
    {
        switch (_commandLine.Mode)
        {
            case ShellMode.Command when !string.IsNullOrWhiteSpace(_commandLine.Text):
                return executor.RunScript(_commandLine.Text, _commandLine.Arguments, ReadsInput(_commandLine.Text));
            case ShellMode.File:
                var text = File.ReadAllText(_commandLine.Text);
                // A script without the extension (started by its first line, #!) is no command: its text runs.
                var isScript = !_commandLine.Text.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase);
                var file = new Command(isScript ? text : _commandLine.Text, isScript, useLocalScope: false);
                EngineInternals.PassExitOn(runspace);
                return executor.RunCommand(file, _commandLine.Arguments, ReadsInput(text));
            default:
                return true;
        }
    }

    /// <summary>As in pwsh, redirected input goes to a script that uses $input, line by line.</summary>
    private static bool ReadsInput(string script) =>
        Console.IsInputRedirected && ScriptText.UsesInput(script);
}
