using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ImagePusher.Tests.Support;

/// <summary>A script that runs in an engine.</summary>
internal sealed class RunningScript
{
    private readonly PowerShell _shell = PowerShell.Create();
    private readonly TestHost _host;
    private readonly int _textBefore;

    internal RunningScript(Runspace runspace, string script, TestHost host, CancellationToken cancellationToken)
    {
        (_host, _textBefore) = (host, host.Text.Length);
        _shell.Runspace = runspace;
        _shell.AddScript(script);
        Completion = RunAsync(cancellationToken);
    }

    /// <summary>The output and the result; never fails.</summary>
    public Task<Outcome> Completion { get; }

    /// <summary>The objects that it has written so far.</summary>
    public PSDataCollection<PSObject> Output { get; } = [];

    /// <summary>Stops it as Ctrl+C does; ends when the engine is back.</summary>
    public Task StopAsync() => _shell.StopAsync(null, null);

    private async Task<Outcome> RunAsync(CancellationToken cancellationToken)
    {
        using var stop = cancellationToken.Register(() => _shell.BeginStop(null, null));
        ErrorRecord? terminating = null;
        var wasStopped = false;
        try
        {
            await _shell.InvokeAsync<PSObject, PSObject>([], Output);
        }
        catch (PipelineStoppedException)
        {
            wasStopped = true;
        }
        catch (RuntimeException error)
        {
            terminating = error.ErrorRecord;
        }

        var streams = _shell.Streams;
        return new Outcome
        {
            Output = [.. Output],
            Errors = [.. streams.Error],
            Warnings = [.. streams.Warning.Select(record => record.Message)],
            Verbose = [.. streams.Verbose.Select(record => record.Message)],
            Debug = [.. streams.Debug.Select(record => record.Message)],
            Information = [.. streams.Information],
            Progress = [.. streams.Progress],
            Terminating = terminating,
            WasStopped = wasStopped,
            Text = _host.Text[_textBefore..],
        };
    }
}
