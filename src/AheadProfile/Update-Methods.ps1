<#
.SYNOPSIS
Writes methods.txt: the methods that common commands run, from a process in which the runtime compiles all of them.
.DESCRIPTION
Needed after larger changes; the tests of the start notice when it is. Requires a build in the configuration Release.
.PARAMETER Tar
Further archives to push, such as large, compressed ones.
.EXAMPLE
dotnet build src/ImagePusher -c Release && pwsh -NoProfile -File src/AheadProfile/Update-Methods.ps1
#>
[CmdletBinding()]
param([Parameter(ValueFromRemainingArguments)] [string[]] $Tar = @())
$ErrorActionPreference = 'Stop'
$root = (Resolve-Path (Join-Path $PSScriptRoot .. ..)).Path
$Tar = @(Join-Path $root docs examples hello.tar) + $Tar
$work = (New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "imagepusher-methods-$PID")).FullName
try {
    # Without the code compiled ahead.
    $copy = Join-Path $work ImagePusher
    Copy-Item (Join-Path $root out ImagePusher) $copy -Recurse
    Get-ChildItem (Join-Path $copy bin) -Directory | Remove-Item -Recurse -Force
    $env:DOTNET_JitStdOutFile = Join-Path $work log
    $env:DOTNET_JitDisasmSummary = 1
    # Several times, because threads that write to the log at the same time break lines of one another.
    foreach ($number in 1..5) {
        $env:IMAGEPUSHER_CACHE = Join-Path $work $number cache
        $env:IMAGEPUSHER_STATE = Join-Path $work $number state
        # The runtime that writes the log sometimes aborts at its end, when the log is complete.
        foreach ($attempt in 1..3) {
            pwsh -NoProfile -File (Join-Path $PSScriptRoot CommonCommands.ps1) (Join-Path $copy ImagePusher.psd1) $Tar
            if ($LASTEXITCODE -eq 0) { break }
        }
        if ($LASTEXITCODE -ne 0) { throw 'A command failed.' }
    }
    $env:DOTNET_JitStdOutFile = $env:DOTNET_JitDisasmSummary = $null
    $program = Join-Path $PSScriptRoot bin Release net10.0 AheadProfile.dll
    dotnet $program list (Join-Path $work log) (Join-Path $PSScriptRoot methods.txt)
} finally {
    Remove-Item $work -Recurse -Force
}
