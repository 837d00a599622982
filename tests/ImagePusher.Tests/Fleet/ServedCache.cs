using System.Diagnostics;
using System.Globalization;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Fleet;

/// <summary>A local registry in a pwsh of its own, so that its memory is measured apart from the clients'.</summary>
internal sealed class ServedCache : IAsyncDisposable
{
    // It ends with its standard input, so also when the tests end in whatever way.
    private const string Script = """
        param($Path)
        $registry = Start-LocalRegistry -Port 0 -Path $Path
        [Console]::WriteLine($registry.Registry)
        $null = [Console]::In.ReadToEnd()
        $requests = (Get-LocalRegistry $registry.Registry).Requests
        [Console]::WriteLine("$requests $([Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64)")
        """;

    private readonly PwshProcess _shell = new();
    private readonly Process _process;

    private ServedCache()
    {
        var script = _shell.Folder.Write("serve.ps1", Script);
        _process = _shell.Start("-File", script, _shell.Folder["served"]);
    }

    public string Address { get; private set; } = "";

    public static async Task<ServedCache> StartAsync(CancellationToken cancellationToken)
    {
        var served = new ServedCache();
        served.Address = await served._process.StandardOutput.ReadLineAsync(cancellationToken)
            ?? throw new InvalidOperationException(await served._process.StandardError.ReadToEndAsync(cancellationToken));
        return served;
    }

    /// <summary>Ends the server and returns its request count and its peak memory.</summary>
    public async Task<(long Requests, long Memory)> EndAsync(CancellationToken cancellationToken)
    {
        _process.StandardInput.Close();
        var figures = (await _process.StandardOutput.ReadToEndAsync(cancellationToken)).Trim().Split(' ');
        await _process.WaitForExitAsync(cancellationToken);
        return (long.Parse(figures[0], CultureInfo.InvariantCulture), long.Parse(figures[1], CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _shell.Dispose();
    }
}
