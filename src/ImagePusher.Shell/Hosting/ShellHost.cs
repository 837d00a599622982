using System.Globalization;
using System.Management.Automation.Host;
using System.Reflection;

namespace ImagePusher.Shell.Hosting;

/// <summary>The engine's host: the console, and the exit code that a script asks for.</summary>
internal sealed class ShellHost(ShellUserInterface ui) : PSHost
{
    public override CultureInfo CurrentCulture { get; } = CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture { get; } = CultureInfo.CurrentUICulture;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override string Name => "ImagePusher.Shell";

    public override PSHostUserInterface UI => ui;

    public override Version Version { get; } = Assembly.GetExecutingAssembly().GetName().Version!;

    /// <summary>The code of 'exit N' or SetShouldExit; null as long as nobody asked to leave.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>A native program is about to write to the terminal: progress must not stand in its way.</summary>
    public override void NotifyBeginApplication() => ui.HideProgress();

    public override void NotifyEndApplication()
    {
    }

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    public override void EnterNestedPrompt() =>
        throw new NotSupportedException("This shell has no nested prompts; use pwsh to debug a script.");

    public override void ExitNestedPrompt() =>
        throw new NotSupportedException("This shell has no nested prompts; use pwsh to debug a script.");
}
