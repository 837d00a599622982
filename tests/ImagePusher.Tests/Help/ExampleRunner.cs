using System.Management.Automation;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Help;

/// <summary>An engine with the scripts of tests/Help, which read the examples of the help pages and run them.</summary>
public sealed class ExampleRunner : IDisposable
{
    private readonly TemporaryFolder _template = new();
    private readonly EnvironmentScope _environment = new(
        ("REGISTRY_PASSWORD", null), ("WRONG_PASSWORD", null), ("GITHUB_ACTIONS", null), ("TF_BUILD", null));
    private readonly Engine _engine;
    private IReadOnlyList<PSObject>? _examples;

    /// <summary>Starts the engine. Its console is as wide as that of the pages.</summary>
    public ExampleRunner()
    {
        _engine = new Engine();
        _engine.Host.Width = 80;
        _engine["scripts"] = Path.Combine(Repository.Folder, "tests", "Help");
        _engine["pages"] = HelpPage.Folder;
        _engine["module"] = Repository.ModuleManifest;
        _engine["template"] = _template.FullName;
    }

    /// <summary>The examples of all pages: Id, Code and Output.</summary>
    internal async Task<IReadOnlyList<PSObject>> ExamplesAsync() =>
        _examples ??= await OutputAsync(". (Join-Path $scripts HelpPage.ps1); Get-HelpExample $pages");

    /// <summary>Runs an example; returns its output and the output on the page, both without values that vary between runs.</summary>
    internal async Task<(string Shown, string Page)> RunAsync(PSObject example)
    {
        _engine["example"] = example;
        var run = (await _engine.RunAsync(
            ". (Join-Path $scripts HelpExample.ps1); $environment = Invoke-HelpExample $module $template $example.Code",
            TestContext.Current.CancellationToken)).WithoutErrors();
        _engine["shown"] = run.Text;
        var texts = await OutputAsync(
            ". (Join-Path $scripts HelpExample.ps1); ConvertTo-ComparableText $shown $environment; "
                + "ConvertTo-ComparableText $example.Output");
        return (texts[0].ToString(), texts[1].ToString());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _engine.Dispose();
        _environment.Dispose();
        _template.Dispose();
    }

    private Task<IReadOnlyList<PSObject>> OutputAsync(string script) => _engine.OutputAsync(script, TestContext.Current.CancellationToken);
}
