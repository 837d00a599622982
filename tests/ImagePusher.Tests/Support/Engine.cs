using System.Management.Automation;
using System.Management.Automation.Runspaces;
using ImagePusher.TestSupport;
using Microsoft.PowerShell;

namespace ImagePusher.Tests.Support;

/// <summary>
/// A runspace of the real PowerShell engine with all in-box cmdlets, the built module imported by its manifest, and a cache and
/// credential files of its own. The module's session and the environment variables that name the cache belong to the process,
/// so the tests of this assembly run one after the other.
/// </summary>
internal sealed class Engine : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly EnvironmentScope _environment;
    private readonly Runspace _runspace;

    /// <summary>Starts an engine.</summary>
    /// <param name="cachePath">The cache's folder; a new one, deleted with the engine, by default.</param>
    /// <param name="withModule">Whether the module is imported.</param>
    public Engine(string? cachePath = null, bool withModule = true)
    {
        CachePath = cachePath ?? _folder["cache"];
        _environment = new EnvironmentScope(
            ("IMAGEPUSHER_CACHE", CachePath),
            ("IMAGEPUSHER_STATE", StatePath),
            ("DOCKER_CONFIG", _folder.Folder("docker")),
            ("REGISTRY_AUTH_FILE", _folder["auth.json"]));
        var state = InitialSessionState.CreateDefault();
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = ExecutionPolicy.Bypass;
        }

        _runspace = RunspaceFactory.CreateRunspace(Host, state);
        _runspace.Open();
        if (withModule)
        {
            Invoke("param($manifest) Import-Module $manifest -ErrorAction Stop", Repository.ModuleManifest);
        }
    }

    /// <summary>The console of the engine.</summary>
    public TestHost Host { get; } = new();

    /// <summary>The folder of the cache that the cmdlets use.</summary>
    public string CachePath { get; }

    /// <summary>The folder of the state that the cmdlets use.</summary>
    public string StatePath => _folder["state"];

    /// <summary>The folder that DOCKER_CONFIG names; empty until a test writes there.</summary>
    public string DockerConfigFolder => _folder["docker"];

    /// <summary>A variable of the scripts.</summary>
    public object? this[string variable]
    {
        get => _runspace.SessionStateProxy.GetVariable(variable);
        set => _runspace.SessionStateProxy.SetVariable(variable, value);
    }

    /// <summary>Runs a script; its errors are part of the result.</summary>
    public Task<Outcome> RunAsync(string script, CancellationToken cancellationToken) => Start(script, cancellationToken).Completion;

    /// <summary>Runs a script that must succeed and returns its output.</summary>
    public async Task<IReadOnlyList<PSObject>> OutputAsync(string script, CancellationToken cancellationToken) =>
        (await RunAsync(script, cancellationToken)).WithoutErrors().Output;

    /// <summary>Runs a script that must write no error and one object, and returns the object without its PSObject wrapper.</summary>
    public async Task<dynamic> SingleAsync(string script, CancellationToken cancellationToken)
    {
        var output = Assert.Single(await OutputAsync(script, cancellationToken));
        return output.BaseObject is PSCustomObject ? output : output.BaseObject;
    }

    /// <summary>Starts a script. It is stopped, as by Ctrl+C, when the token is cancelled.</summary>
    public RunningScript Start(string script, CancellationToken cancellationToken) =>
        new(_runspace, script, Host, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        // The last runspace that removes the module closes the session, including its state of registries.
        Invoke("foreach ($module in Get-Module ImagePusher) { Remove-Module $module -Force }");
        _runspace.Dispose();
        _environment.Dispose();
        _folder.Dispose();
    }

    private void Invoke(string script, params object[] arguments)
    {
        using var shell = PowerShell.Create(_runspace);
        shell.AddScript(script);
        foreach (var argument in arguments)
        {
            shell.AddArgument(argument);
        }

        shell.Invoke();
    }
}
