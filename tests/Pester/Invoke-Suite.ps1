# Runs this suite with the built module in the current pwsh; build.ps1 Test calls it:
#   dotnet build src/ImagePusher && pwsh -NoProfile -File tests/Pester/Invoke-Suite.ps1 [NAME...]
# NAME is a file name without '.Tests.ps1' (Formatting); the default is all files. If this machine has no Pester 5 or 6, it is
# restored from NuGet into out/tools. The last line reports the result; the exit code is 0 only if all tests passed.
param([Parameter(ValueFromRemainingArguments)] [string[]] $Name)
$ErrorActionPreference = 'Stop'
if ($PSVersionTable.PSVersion -lt [version] '7.6') { throw "This suite requires PowerShell 7.6; this is $($PSVersionTable.PSVersion)." }

$supported = { $_.Version.Major -in 5, 6 }
$modules = Join-Path $PSScriptRoot .. .. out tools Modules
if (-not (Get-Module Pester -ListAvailable | Where-Object $supported)) {
    dotnet msbuild (Join-Path $PSScriptRoot Tools.proj) -restore -t:GetPester -v:quiet | Out-Host
    if ($LASTEXITCODE -ne 0) { throw 'Pester could not be restored.' }
    $env:PSModulePath = (Resolve-Path $modules).Path, $env:PSModulePath -join [IO.Path]::PathSeparator
}
Import-Module (Get-Module Pester -ListAvailable | Where-Object $supported | Sort-Object Version | Select-Object -Last 1)

$settings = New-PesterConfiguration
$settings.Run.Path = $Name ? $Name.ForEach({ Join-Path $PSScriptRoot "$_.Tests.ps1" }) : $PSScriptRoot
$settings.Run.PassThru = $true
$settings.Output.Verbosity = 'Normal'
$settings.Output.RenderMode = [Console]::IsOutputRedirected ? 'Plaintext' : 'Auto'
$result = Invoke-Pester -Configuration $settings
$failed = $result.FailedCount + $result.FailedContainersCount + $result.FailedBlocksCount
"Pester: $($result.PassedCount) passed, $failed failed, $($result.SkippedCount) skipped"
exit [int] ($result.Result -ne 'Passed')
