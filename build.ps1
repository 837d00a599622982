<#
.SYNOPSIS
Builds, tests and packs ImagePusher. Requires the .NET 10 SDK and PowerShell 7.6.
.DESCRIPTION
On a machine that has only the SDK, the same commands work as

    dotnet tool exec powershell@7.6.9 --yes -- -File ./build.ps1 Test

The tasks:
    Build       builds the solution and assembles the module in out/ImagePusher
    Quickstart  builds the module and pushes an image tar, to a local registry unless -Registry is given
    Test        runs all tests: xunit, Pester and, on Linux with Wine, the tests for Windows
    Docs        updates the help files of the module from docs/en-US (requires Microsoft.PowerShell.PlatyPS 1)
    Package     writes the packages for NuGet and the PowerShell Gallery to out/packages
    Benchmark   compares ImagePusher with other tools and updates docs/performance.md
    Clean       deletes what the other tasks created

A parameter that the task does not have is an error. -WhatIf only says what would be run.
.PARAMETER Task
The task to run; Build by default.
.PARAMETER Configuration
The build configuration.
.PARAMETER Tar
Quickstart: the image tar to push, docs/examples/hello.tar by default.
.PARAMETER Registry
Quickstart: the registry to push to, for example localhost:5000.
.PARAMETER Long
Test: runs the long forms too: hundreds of killed processes, minutes of load, gigabytes of data.
.PARAMETER NoBuild
Package: packs out/ImagePusher as it is, for example after its files were signed.
.PARAMETER ProjectUri
Package: the address of the project. Packages get it as their project address, and Get-Help -Online opens the pages there.
.PARAMETER Argument
Benchmark: its options.
.EXAMPLE
./build.ps1 Quickstart -Tar ./app.tar -Registry localhost:5000
.EXAMPLE
./build.ps1 Test -Long
.EXAMPLE
./build.ps1 Benchmark --quick
#>
[CmdletBinding(PositionalBinding = $false, SupportsShouldProcess)]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Quickstart', 'Test', 'Docs', 'Package', 'Benchmark', 'Clean')]
    [string] $Task = 'Build',
    # -c would mean -Confirm too.
    [Alias('c')]
    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release',
    [string] $Tar,
    [string] $Registry,
    [switch] $Long,
    [switch] $NoBuild,
    [uri] $ProjectUri,
    [Parameter(ValueFromRemainingArguments)]
    [string[]] $Argument
)
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

$parametersOf = @{
    Quickstart = 'Tar', 'Registry'
    Test       = @('Long')
    Package    = 'NoBuild', 'ProjectUri'
    Benchmark  = @('Argument')
}
$common = [Management.Automation.Cmdlet]::CommonParameters + [Management.Automation.Cmdlet]::OptionalCommonParameters
foreach ($name in $PSBoundParameters.Keys) {
    if ($name -notin (@('Task', 'Configuration') + $common + $parametersOf[$Task])) {
        $what = $name -eq 'Argument' ? "the argument '$($Argument[0])'" : "-$name"
        throw "The task $Task does not take $what. Run 'Get-Help $($MyInvocation.InvocationName) -Full' for what each task takes."
    }
}
if ($Tar -and -not (Test-Path -LiteralPath $Tar)) {
    throw "The image tar '$Tar' does not exist. Specify a file that 'docker save' or 'podman save' wrote."
}
if ($Task -eq 'Docs' -and -not (Get-Module Microsoft.PowerShell.PlatyPS -ListAvailable)) {
    throw "The task Docs requires Microsoft.PowerShell.PlatyPS 1. Run 'Install-PSResource Microsoft.PowerShell.PlatyPS'."
}
if ($NoBuild -and -not (Test-Path -LiteralPath (Join-Path $PSScriptRoot out ImagePusher ImagePusher.psd1))) {
    throw "There is no module in out/ImagePusher to pack. Run the task Build first, or omit -NoBuild."
}
if (-not (Get-Command dotnet -CommandType Application -ErrorAction Ignore)) {
    throw 'The .NET SDK was not found. Install the .NET 10 SDK and add the program dotnet to the PATH.'
}
if (-not $PSCmdlet.ShouldProcess($PSScriptRoot, $Task)) { return }

$solution = Join-Path $PSScriptRoot ImagePusher.sln
$source = Join-Path $PSScriptRoot src
$tests = Join-Path $PSScriptRoot tests
$out = Join-Path $PSScriptRoot out
$module = Join-Path $out ImagePusher

# Child processes start the shell that runs this script as 'pwsh'. The dotnet tool puts no such program on the PATH.
function Add-PwshToPath {
    $program = [Environment]::ProcessPath
    $folder = Split-Path $program
    if ((Split-Path $program -LeafBase) -ne 'pwsh') {
        $folder = Join-Path $out tools
        $null = New-Item -ItemType Directory -Path $folder -Force
        $library = Join-Path $PSHOME pwsh.dll
        if ($IsWindows) {
            Set-Content -LiteralPath (Join-Path $folder pwsh.cmd) "@`"$program`" `"$library`" %*"
        } else {
            Set-Content -LiteralPath (Join-Path $folder pwsh) "#!/bin/sh`nexec '$program' '$library' `"`$@`""
            chmod +x (Join-Path $folder pwsh)
        }
    }
    $env:PATH = $folder + [IO.Path]::PathSeparator + $env:PATH
}

# Runs a test suite and shows its output. Adds the counts that $Pattern finds to $counts; a suite that ends with an error without
# a failed test, or reports fewer results than expected, counts as one failed test.
function Invoke-TestSuite([string] $Name, [string] $Pattern, [scriptblock] $Command, [int] $Results = 1) {
    $PSNativeCommandUseErrorActionPreference = $false
    $failed = $found = 0
    & $Command 2>&1 | ForEach-Object {
        Write-Information "$_" -InformationAction Continue
        if ("$_" -match $Pattern) {
            $found++
            foreach ($result in 'Passed', 'Failed', 'Skipped') { $counts[$result] += [int] $Matches[$result] }
            $failed += $Matches.Failed
        }
    }
    if ($failed -eq 0 -and ($LASTEXITCODE -ne 0 -or $found -lt $Results)) {
        $text = "$Name ended with exit code $LASTEXITCODE and $found of $Results results."
        Write-Information $text -InformationAction Continue
        $counts.Failed++
    }
}

function Invoke-Test([switch] $Long) {
    Add-PwshToPath
    if ($Long) { $env:IMAGEPUSHER_TEST_LONG = '1' }
    dotnet build $solution -c $Configuration | Out-Host
    $counts = @{ Passed = 0; Failed = 0; Skipped = 0 }
    $projects = @(Get-ChildItem -LiteralPath $tests -Filter *.Tests.csproj -Recurse)
    $summary = '^(Passed|Failed|Skipped)! +- Failed: +(?<Failed>\d+), Passed: +(?<Passed>\d+), Skipped: +(?<Skipped>\d+),'
    # The tests of the cmdlets wait more than they compute, so two processes share them. A test that hangs is named and ends its run,
    # and the others still tell what they found.
    $half = 'Cache', 'Fleet', 'Interop', 'Pipeline', 'Resume'
    $runs = @(
        @{ Path = $solution; Filter = $half.ForEach({ "FullyQualifiedName!~ImagePusher.Tests.$_." }) -join '&' }
        @{ Path = Join-Path $tests ImagePusher.Tests; Filter = $half.ForEach({ "FullyQualifiedName~ImagePusher.Tests.$_." }) -join '|' }
    )
    $options = '-c', $Configuration, '--no-build', '--results-directory', (Join-Path $out results),
        '--blame-hang-timeout', ($Long ? '45m' : '4m'), '--blame-hang-dump-type', 'none'
    Invoke-TestSuite xunit $summary -Results ($projects.Count + 1) {
        $runs | ForEach-Object -ThrottleLimit 2 -Parallel {
            $shared = $using:options
            dotnet test $_.Path --filter $_.Filter @shared 2>&1
        }
    }
    foreach ($suite in 'Pester', 'Windows') {
        $summary = "^${suite}: (?<Passed>\d+) passed, (?<Failed>\d+) failed, (?<Skipped>\d+) skipped$"
        Invoke-TestSuite $suite $summary { pwsh -NoProfile -NonInteractive -File (Join-Path $tests $suite Invoke-Suite.ps1) }
    }
    '{0} passed, {1} failed, {2} skipped' -f $counts.Passed, $counts.Failed, $counts.Skipped
    exit [int] ($counts.Failed -gt 0 -or $counts.Passed -eq 0)
}

function Export-Package([switch] $NoBuild, [uri] $ProjectUri) {
    . (Join-Path $source Packaging.ps1)
    # The time in the packages is that of the sources, so that the same sources give the same packages.
    $time = Get-SourceTime $PSScriptRoot
    $env:SOURCE_DATE_EPOCH = $time.ToUnixTimeSeconds()
    $packages = Join-Path $out packages
    if (Test-Path -LiteralPath $packages) { Remove-Item -LiteralPath $packages -Recurse }
    $nuget = New-Item -ItemType Directory -Path (Join-Path $packages nuget)
    $gallery = New-Item -ItemType Directory -Path (Join-Path $packages gallery)
    if (-not $NoBuild) { dotnet build (Join-Path $source ImagePusher) -c $Configuration | Out-Host }
    if ($ProjectUri -and -not $NoBuild) { Set-ProjectUri $module $ProjectUri }
    foreach ($project in 'ImagePusher.Core', 'ImagePusher.LocalRegistry') {
        dotnet pack (Join-Path $source $project) -c $Configuration -o $nuget.FullName "-p:PackageProjectUrl=$ProjectUri" | Out-Host
    }
    $version = (Import-PowerShellDataFile -LiteralPath (Join-Path $module ImagePusher.psd1)).ModuleVersion
    Export-GalleryPackage $module (Join-Path $gallery "ImagePusher.$version.nupkg") $time
    Export-Zip (Get-FolderContent $module 'ImagePusher/') (Join-Path $packages "ImagePusher.$version.zip") $time
    Copy-Item -LiteralPath (Join-Path $PSScriptRoot THIRD-PARTY-NOTICES.md) -Destination $packages
    Export-Checksum $packages
    Get-Content -LiteralPath (Join-Path $packages SHA256SUMS)
}

switch ($Task) {
    'Build' {
        dotnet build $solution -c $Configuration
    }
    'Quickstart' {
        # Code compiled ahead would only delay the first result.
        dotnet build (Join-Path $source ImagePusher) -c $Configuration -p:CompileAhead=false -v:quiet -nologo
        # Import-Module takes a pattern, and the folder of a clone may contain brackets.
        Import-Module ([WildcardPattern]::Escape((Join-Path $module ImagePusher.psd1)))
        $parameters = @{}
        if ($Tar) { $parameters.Tar = Convert-Path -LiteralPath $Tar }
        if ($Registry) { $parameters.Registry = $Registry }
        & (Join-Path $PSScriptRoot docs examples quickstart.ps1) @parameters
    }
    'Test' {
        Invoke-Test -Long:$Long
    }
    'Docs' {
        Add-PwshToPath
        dotnet build (Join-Path $source ImagePusher) -c $Configuration
        pwsh -NoProfile -NonInteractive -File (Join-Path $PSScriptRoot docs Update-Help.ps1)
    }
    'Package' {
        Export-Package -NoBuild:$NoBuild -ProjectUri $ProjectUri
    }
    'Benchmark' {
        Add-PwshToPath
        dotnet run -c Release --project (Join-Path $tests ImagePusher.Benchmarks) -- @Argument
    }
    'Clean' {
        # What the build and the restore created lies in the folders bin and obj of each project.
        $folders = Get-ChildItem -LiteralPath $source, $tests -Filter *.*proj -Recurse | ForEach-Object {
            Join-Path $_.DirectoryName bin
            Join-Path $_.DirectoryName obj
        }
        $existing = @($folders) + $out | Where-Object { Test-Path -LiteralPath $_ }
        if ($existing) { Remove-Item -LiteralPath $existing -Recurse -Force }
    }
}
