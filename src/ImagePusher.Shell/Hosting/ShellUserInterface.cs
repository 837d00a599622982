using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace ImagePusher.Shell.Hosting;

/// <summary>
/// The console as pwsh uses it: errors on standard error, all else on standard output. Colours reach a terminal only,
/// unless $PSStyle.OutputRendering is Ansi; progress is drawn on a terminal only.
/// </summary>
internal sealed class ShellUserInterface : PSHostUserInterface
{
    private readonly Lock _gate = new();
    private readonly ShellRawUserInterface _raw = new();
    private readonly LineReader _reader;
    private readonly ChoicePrompt _choices;
    private readonly FieldPrompt _fields;
    private readonly TerminalProgress? _progress;
    private readonly bool _nonInteractive;

    public ShellUserInterface(LineReader reader, bool nonInteractive)
    {
        _reader = reader;
        _nonInteractive = nonInteractive;
        _choices = new ChoicePrompt(this);
        _fields = new FieldPrompt(this);
        var term = Environment.GetEnvironmentVariable("TERM");
        SupportsVirtualTerminal = term != "dumb";
        if (Environment.GetEnvironmentVariable("NO_COLOR") is not null || term is "xterm-mono" or "xtermm")
        {
            PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
        }

        if (!Console.IsErrorRedirected && SupportsVirtualTerminal)
        {
            _progress = new TerminalProgress(Console.Error, () => _raw.WindowSize, TimeProvider.System);
        }
    }

    public override PSHostRawUserInterface RawUI => _raw;

    public override bool SupportsVirtualTerminal { get; }

    private static bool ForcesAnsi => PSStyle.Instance.OutputRendering == OutputRendering.Ansi;

    public override void Write(string value) => Emit(Console.Out, value, Console.IsOutputRedirected);

    public override void WriteLine(string value) => Write(value + Environment.NewLine);

    public override void WriteLine() => Write(Environment.NewLine);

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        Write(AnsiColors.Wrap(foregroundColor, backgroundColor, value));

    public override void WriteLine(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        Write(AnsiColors.Wrap(foregroundColor, backgroundColor, value) + Environment.NewLine);

    public override void WriteErrorLine(string value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            Emit(Console.Error, value + Environment.NewLine, Console.IsErrorRedirected);
        }
    }

    public override void WriteWarningLine(string message) => WriteStyled(FormatStyle.Warning, "WARNING: ", message);

    public override void WriteVerboseLine(string message) => WriteStyled(FormatStyle.Verbose, "VERBOSE: ", message);

    public override void WriteDebugLine(string message) => WriteStyled(FormatStyle.Debug, "DEBUG: ", message);

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        lock (_gate)
        {
            _progress?.Report(sourceId, record);
        }
    }

    /// <summary>Takes the progress from the screen until the next record.</summary>
    public void HideProgress()
    {
        lock (_gate)
        {
            _progress?.Hide();
        }
    }

    /// <summary>Forgets all progress: the pipeline that wrote it has ended.</summary>
    public void EndProgress()
    {
        lock (_gate)
        {
            _progress?.Clear();
        }
    }

    public override string ReadLine()
    {
        RefuseIfNonInteractive();
        HideProgress();
        var line = _reader.ReadLine();
        if (Console.IsInputRedirected && line is not null)
        {
            // No terminal has shown it.
            WriteLine(line);
        }

        return line!;
    }

    public override SecureString ReadLineAsSecureString()
    {
        RefuseIfNonInteractive();
        HideProgress();
        return _reader.ReadSecret();
    }

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        RefuseIfNonInteractive();
        return _fields.Ask(caption, message, descriptions);
    }

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        RefuseIfNonInteractive();
        return _choices.Ask(caption, message, choices, defaultChoice);
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName)
    {
        RefuseIfNonInteractive();
        return _fields.AskCredential(caption, message, userName, targetName)!;
    }

    public override PSCredential PromptForCredential(
        string caption,
        string message,
        string userName,
        string targetName,
        PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options) => PromptForCredential(caption, message, userName, targetName);

    private void WriteStyled(FormatStyle style, string prefix, string message) =>
        WriteLine(GetFormatStyleString(style) + prefix + message + PSStyle.Instance.Reset);

    private void Emit(TextWriter writer, string value, bool redirected)
    {
        var text = GetOutputString(value, ForcesAnsi || (SupportsVirtualTerminal && !redirected));
        lock (_gate)
        {
            _progress?.Hide();
            writer.Write(text);
        }
    }

    private void RefuseIfNonInteractive()
    {
        if (_nonInteractive)
        {
            throw new PSInvalidOperationException("The shell runs with -NonInteractive: it cannot ask for input.");
        }
    }
}
