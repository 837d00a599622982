using namespace System.Reflection
using namespace System.Runtime.InteropServices
using namespace System.Runtime.Loader
using namespace System.Threading

# The folder with code compiled ahead for this process, or the portable one.
$system = $IsWindows ? 'win' : $IsMacOS ? 'osx' : 'linux'
$bin = "$PSScriptRoot/bin/$system-$("$([RuntimeInformation]::ProcessArchitecture)".ToLowerInvariant())"
if (-not [IO.Directory]::Exists($bin)) { $bin = "$PSScriptRoot/bin" }

# The module has a load context of its own, because another module's older Polly.Core has the same assembly version and would
# win in the default context. The lock is process-wide: runspaces that import at the same time share one context.
$name = "ImagePusher $PSScriptRoot"
[Monitor]::Enter([AssemblyLoadContext])
try {
    $context = $null
    foreach ($candidate in [AssemblyLoadContext]::All) {
        if ($candidate.Name -ceq $name) { $context = $candidate }
    }
    if ($null -eq $context) { $context = [AssemblyLoadContext]::new($name, $false) }
    foreach ($path in [IO.Directory]::GetFiles($bin, '*.dll')) {
        $loaded = $context.LoadFromAssemblyPath($path)
        if ($loaded.GetName().Name -eq 'ImagePusher') { $assembly = $loaded }
    }
} finally {
    [Monitor]::Exit([AssemblyLoadContext])
}

$inner = Import-Module -Assembly $assembly -PassThru

# Without this a second Import-Module -Force exports nothing (https://github.com/PowerShell/PowerShell/issues/20710).
$export = [psmoduleinfo].GetMethod('AddExportedCmdlet', [BindingFlags]'Instance, NonPublic')
foreach ($cmdlet in $inner.ExportedCmdlets.Values) {
    $null = $export.Invoke($ExecutionContext.SessionState.Module, @(, $cmdlet))
}
