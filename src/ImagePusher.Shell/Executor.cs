using System.Management.Automation;
using System.Management.Automation.Runspaces;
using ImagePusher.Shell.Hosting;

namespace ImagePusher.Shell;

/// <summary>Runs commands in the runspace with their output formatted, one after the other, so that Ctrl+C stops them.</summary>
internal sealed class Executor(Runspace runspace, ShellUserInterface ui, Interrupts interrupts, LineReader reader)
{
    /// <summary>Runs a script's text; shows its output and the error that ended it. It sets $?.</summary>
    /// <param name="script">The text.</param>
    /// <param name="arguments">What to pass to it.</param>
    /// <param name="readsInput">Whether the lines of standard input go into the script's pipeline.</param>
    /// <returns>False if a terminating error or Ctrl+C ended it.</returns>
    public bool RunScript(string script, IEnumerable<CommandParameter> arguments, bool readsInput = false)
    {
        // Only what goes into the history changes $?.
        using var pipeline = runspace.CreatePipeline(script, addToHistory: true);
        return Run(pipeline, arguments, readsInput);
    }

    /// <summary>Runs a command or script file, the same way; $? stays as it was, as in pwsh -File.</summary>
    public bool RunCommand(Command command, IEnumerable<CommandParameter> arguments, bool readsInput = false)
    {
        using var pipeline = runspace.CreatePipeline();
        pipeline.Commands.Add(command);
        return Run(pipeline, arguments, readsInput);
    }

    public bool ImportModule(string manifest)
    {
        var import = new Command("Import-Module");
        import.Parameters.Add("Name", manifest);
        import.Parameters.Add("Global");
        import.Parameters.Add("ErrorAction", ActionPreference.Stop);
        return RunCommand(import, []);
    }

    /// <summary>The value of $? after the last command.</summary>
    public bool LastSucceeded()
    {
        using var pipeline = runspace.CreatePipeline("$global:?");
        return LanguagePrimitives.IsTrue(pipeline.Invoke().FirstOrDefault());
    }

    /// <summary>What the function 'prompt' says.</summary>
    public string Prompt()
    {
        using var pipeline = runspace.CreatePipeline("prompt");
        return pipeline.Invoke().FirstOrDefault()?.ToString() ?? "PS> ";
    }

    private bool Run(Pipeline pipeline, IEnumerable<CommandParameter> arguments, bool readsInput)
    {
        foreach (var argument in arguments)
        {
            pipeline.Commands[0].Parameters.Add(argument);
        }

        pipeline.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        pipeline.Commands.Add(OutDefault());
        var reason = Invoke(pipeline, readsInput);
        if (reason is not (null or PipelineStoppedException))
        {
            Report(reason);
        }

        return reason is null;
    }

    /// <returns>Why the pipeline ended before its end; null if it did not.</returns>
    private Exception? Invoke(Pipeline pipeline, bool readsInput)
    {
        using var ended = new ManualResetEventSlim();
        reader.Start();
        pipeline.StateChanged += (_, change) =>
        {
            if (change.PipelineStateInfo.State is PipelineState.Completed or PipelineState.Failed or PipelineState.Stopped)
            {
                ended.Set();
            }
        };
        using (interrupts.Stops(() =>
        {
            pipeline.StopAsync();
            reader.Interrupt();
        }))
        {
            if (readsInput)
            {
                pipeline.InvokeAsync();
                WriteInput(pipeline);
                pipeline.Input.Close();
            }
            else
            {
                // Before the start: an input that is open then makes a cmdlet wait for objects, and do nothing without.
                pipeline.Input.Close();
                pipeline.InvokeAsync();
            }

            ended.Wait();
        }

        ui.EndProgress();
        return pipeline.PipelineStateInfo.State switch
        {
            PipelineState.Stopped => pipeline.PipelineStateInfo.Reason ?? new PipelineStoppedException(),
            _ => pipeline.PipelineStateInfo.Reason,
        };
    }

    private void WriteInput(Pipeline pipeline)
    {
        try
        {
            while (reader.ReadLine() is { } line)
            {
                pipeline.Input.Write(line);
            }
        }
        catch (PipelineClosedException)
        {
            // The script ended without reading all.
        }
        catch (PipelineStoppedException)
        {
            // Ctrl+C; the pipeline's own state says so.
        }
    }

    /// <summary>Shows an error as the engine shows those in its error stream.</summary>
    private void Report(Exception reason)
    {
        if (reason is IncompleteParseException)
        {
            // The engine's view of it is empty: its hosts ask for more lines instead.
            ui.WriteErrorLine($"ParserError: {reason.Message}");
            return;
        }

        var record = reason is IContainsErrorRecord { ErrorRecord: { } own }
            ? own
            : new ErrorRecord(reason, "Shell", ErrorCategory.NotSpecified, null);
        using var pipeline = runspace.CreatePipeline();
        pipeline.Commands.Add(OutDefault());
        pipeline.Invoke(new[] { EngineInternals.AsError(record) });
    }

    private static Command OutDefault() => new("Out-Default", isScript: false, useLocalScope: true);
}
