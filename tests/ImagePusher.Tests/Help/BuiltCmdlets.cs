using System.Management.Automation;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Help;

/// <summary>The cmdlets of the built module, as Get-Command has them.</summary>
public sealed class BuiltCmdlets : IDisposable
{
    private readonly Engine _engine = new();
    private IReadOnlyDictionary<string, CmdletInfo>? _all;

    /// <summary>The names, for theories.</summary>
    public static TheoryData<string> Names => [.. Module.ModuleAssemblies.CmdletNames()];

    /// <summary>Gets a cmdlet by its name.</summary>
    internal async Task<CmdletInfo> GetAsync(string name) => (await AllAsync())[name];

    /// <summary>All cmdlets by their names.</summary>
    internal async Task<IReadOnlyDictionary<string, CmdletInfo>> AllAsync() => _all ??=
        (await _engine.OutputAsync("Get-Command -Module ImagePusher", TestContext.Current.CancellationToken))
        .Select(output => (CmdletInfo)output.BaseObject)
        .ToDictionary(cmdlet => cmdlet.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>A value that the engine computes.</summary>
    internal async Task<object> ValueAsync(string script) => await _engine.SingleAsync(script, TestContext.Current.CancellationToken);

    /// <summary>The parameters that are the cmdlet's own, with -WhatIf and -Confirm.</summary>
    internal static IReadOnlyList<ParameterMetadata> ParametersOf(CmdletInfo cmdlet) =>
        [.. cmdlet.Parameters.Values.Where(parameter => !Cmdlet.CommonParameters.Contains(parameter.Name))];

    /// <inheritdoc/>
    public void Dispose() => _engine.Dispose();
}
