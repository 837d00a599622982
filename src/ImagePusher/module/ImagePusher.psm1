using namespace System.Reflection
using namespace System.Runtime.Loader
using namespace System.Threading

# A load context of the module's own: another module's older Polly.Core has the same assembly version and would win
# in the default one. The lock spans the process, so that runspaces that import at the same time share one context.
$name = "ImagePusher $PSScriptRoot"
[Monitor]::Enter([AssemblyLoadContext])
try {
    $context = $null
    foreach ($candidate in [AssemblyLoadContext]::All) {
        if ($candidate.Name -ceq $name) { $context = $candidate }
    }
    if ($null -eq $context) { $context = [AssemblyLoadContext]::new($name, $false) }
    $loaded = @{}
    foreach ($path in [IO.Directory]::GetFiles([IO.Path]::Combine($PSScriptRoot, 'bin'), '*.dll')) {
        $assembly = $context.LoadFromAssemblyPath($path)
        $loaded[$assembly.GetName().Name] = $assembly
    }
} finally {
    [Monitor]::Exit([AssemblyLoadContext])
}

# Core has no cmdlets; its import makes its types known, so that scripts can catch its exceptions by name.
Import-Module -Assembly $loaded['ImagePusher.Core']
$inner = Import-Module -Assembly $loaded['ImagePusher'] -PassThru

# Without this a second Import-Module -Force exports nothing (https://github.com/PowerShell/PowerShell/issues/20710).
$export = [psmoduleinfo].GetMethod('AddExportedCmdlet', [BindingFlags]'Instance, NonPublic')
foreach ($cmdlet in $inner.ExportedCmdlets.Values) {
    $null = $export.Invoke($ExecutionContext.SessionState.Module, @(, $cmdlet))
}
