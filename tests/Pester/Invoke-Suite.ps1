# Runs this suite over the built module, in a PowerShell 7.6 with Pester 5; .ci/run and build.ps1 call it:
#   dotnet build src/ImagePusher && pwsh -NoProfile -File tests/Pester/Invoke-Suite.ps1 [-CanRun] [NAME...]
# NAME is a file without its ending (Formatting); without it all are run. The last line has the number of tests that failed,
# passed and were skipped: 'PESTER 0 200 0'. The exit code is 0 only if all is well. -CanRun runs nothing; the exit code
# tells whether this PowerShell could.
param([switch] $CanRun, [Parameter(ValueFromRemainingArguments)] [string[]] $Name)
$ErrorActionPreference = 'Stop'

# What Tools.proj got, if it was needed.
$tools = Join-Path $PSScriptRoot .. .. out tools Modules
if (Test-Path $tools) { $env:PSModulePath = (Resolve-Path $tools).Path, $env:PSModulePath -join [IO.Path]::PathSeparator }
if ($CanRun) {
    $pester = Get-Module Pester -ListAvailable | Where-Object { $_.Version.Major -eq 5 }
    exit [int] ($PSVersionTable.PSVersion -lt [version] '7.6' -or -not $pester)
}

Import-Module Pester -MinimumVersion 5.0 -MaximumVersion 5.99
$settings = New-PesterConfiguration
$settings.Run.Path = $Name ? $Name.ForEach({ Join-Path $PSScriptRoot "$_.Tests.ps1" }) : $PSScriptRoot
$settings.Run.PassThru = $true
$settings.Output.Verbosity = 'Normal'
# Colours in a log are noise, and what they frame is not found in it.
$settings.Output.RenderMode = [Console]::IsOutputRedirected ? 'Plaintext' : 'Auto'
$result = Invoke-Pester -Configuration $settings
"PESTER $($result.FailedCount + $result.FailedContainersCount + $result.FailedBlocksCount) $($result.PassedCount) $($result.SkippedCount)"
exit [int] ($result.Result -ne 'Passed')
