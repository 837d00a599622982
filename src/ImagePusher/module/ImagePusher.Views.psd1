# Type data and views. ImagePusher.psm1 imports this manifest, because PowerShell loads the files of the main manifest before any
# code of the module runs: a second copy of the module would end in one error for each type.
@{
    ModuleVersion     = '1.0'
    TypesToProcess    = @('ImagePusher.Types.ps1xml')
    FormatsToProcess  = @('ImagePusher.Format.ps1xml')
    CmdletsToExport   = @()
    FunctionsToExport = @()
    AliasesToExport   = @()
    VariablesToExport = @()
}
