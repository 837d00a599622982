using System.Management.Automation;
using System.Text;
using ImagePusher.Shell.Hosting;

namespace ImagePusher.Shell;

/// <summary>
/// Reads statements from standard input and runs each as soon as it is whole. As in pwsh, a statement of several lines
/// ends at an empty line; unlike there, also at the end of the input.
/// </summary>
internal sealed class InputLoop(Executor executor, ShellHost host, ShellUserInterface ui, LineReader reader, Interrupts interrupts, bool showsPrompt)
{
    // The engine's own 'cd' is an alias of Set-Location, which it does not have.
    private const string ChangeDirectory =
        "function global:cd([string] $Path = '~') { $null = $ExecutionContext.SessionState.Path.SetLocation($Path) }";

    private readonly StringBuilder _block = new();

    public void Run()
    {
        if (showsPrompt)
        {
            executor.RunScript(ChangeDirectory, []);
        }

        while (host.ExitCode is null && !interrupts.Terminated)
        {
            string? line;
            try
            {
                line = ReadLine();
            }
            catch (PipelineStoppedException)
            {
                _block.Clear();
                ui.WriteLine();
                continue;
            }

            if (line is null)
            {
                RunBlock();
                return;
            }

            Take(line);
        }
    }

    private string? ReadLine()
    {
        if (showsPrompt)
        {
            ui.Write(_block.Length > 0 ? ">> " : executor.Prompt());
        }

        reader.Start();
        using (interrupts.Stops(reader.Interrupt))
        {
            return reader.ReadLine();
        }
    }

    private void Take(string line)
    {
        if (showsPrompt && !string.IsNullOrWhiteSpace(line))
        {
            reader.Remember(line);
        }

        if (_block.Length > 0 && !string.IsNullOrWhiteSpace(line))
        {
            _block.Append('\n').Append(line);
        }
        else if (_block.Length > 0)
        {
            RunBlock();
        }
        else if (string.IsNullOrWhiteSpace(line))
        {
            // Nothing to do.
        }
        else if (ScriptText.IsIncomplete(line))
        {
            _block.Append(line);
        }
        else
        {
            executor.RunScript(line, []);
        }
    }

    private void RunBlock()
    {
        var script = _block.ToString();
        _block.Clear();
        if (script.Length > 0)
        {
            executor.RunScript(script, []);
        }
    }
}
