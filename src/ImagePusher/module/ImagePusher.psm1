using namespace System.Runtime.InteropServices
using namespace System.Runtime.Loader
using namespace System.Threading

$imported = Get-Module ImagePusher
if ($imported) {
    throw "Another copy of ImagePusher is imported from '$($imported[0].ModuleBase)'. " +
        "Run 'Remove-Module ImagePusher', then import this copy again."
}
$views = Import-Module "$PSScriptRoot/ImagePusher.Views.psd1" -PassThru

# The module has a load context of its own: another module's older Polly.Core has the same assembly version and would be used
# instead if it were loaded first. The lock is process-wide, so that runspaces that import at the same time share one context.
[Monitor]::Enter([AssemblyLoadContext])
try {
    $assembly = [AppContext]::GetData("ImagePusher $PSScriptRoot")
    if (-not $assembly) {
        # Code compiled ahead for this platform, or else the portable assemblies.
        $folder = "$PSScriptRoot/bin/$([RuntimeInformation]::RuntimeIdentifier)"
        if (-not [IO.File]::Exists("$folder/ImagePusher.dll")) {
            # Linux distributions build .NET with identifiers of their own.
            $folder = "$PSScriptRoot/bin/linux-$("$([RuntimeInformation]::ProcessArchitecture)".ToLowerInvariant())"
            if (-not ($IsLinux -and [IO.File]::Exists("$folder/ImagePusher.dll"))) { $folder = "$PSScriptRoot/bin" }
        }
        $assembly = [AssemblyLoadContext]::new("ImagePusher $PSScriptRoot", $false).LoadFromAssemblyPath("$folder/ImagePusher.dll")
        $assembly.GetType('ImagePusher.Session.ModuleSetup')::LoadAssemblies()
        [AppDomain]::CurrentDomain.SetData("ImagePusher $PSScriptRoot", $assembly)
    }
} finally {
    [Monitor]::Exit([AssemblyLoadContext])
}

$nested = Import-Module -Assembly $assembly -PassThru
$assembly.GetType('ImagePusher.Session.ModuleSetup')::Export($ExecutionContext.SessionState.Module, $nested, $views, {
    $assembly.GetType('ImagePusher.Session.ModuleSetup')::Remove()
})
