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
.EXAMPLE
./build.ps1 Quickstart -Tar ./app.tar -Registry localhost:5000
.EXAMPLE
./build.ps1 Test -Long
.EXAMPLE
./build.ps1 Benchmark --quick
#>
[CmdletBinding(PositionalBinding = $false)]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Quickstart', 'Test', 'Docs', 'Package', 'Benchmark', 'Clean')]
    [string] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release',

    # Quickstart: the image tar to push, docs/examples/hello.tar by default.
    [string] $Tar,

    # Quickstart: the registry to push to, for example localhost:5000.
    [string] $Registry,

    # Test: runs the long forms too: hundreds of killed processes, minutes of load, gigabytes of data.
    [switch] $Long,

    # Package: packs out/ImagePusher as it is, for example after its files were signed.
    [switch] $NoBuild,

    # Package: the address of the project. Packages get it as their project address, and Get-Help -Online opens the pages there.
    [uri] $ProjectUri,

    # Benchmark: its options.
    [Parameter(ValueFromRemainingArguments)]
    [string[]] $Argument
)
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
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
        $null = New-Item -ItemType Directory -Force $folder
        $library = Join-Path $PSHOME pwsh.dll
        if ($IsWindows) {
            Set-Content (Join-Path $folder pwsh.cmd) "@`"$program`" `"$library`" %*"
        } else {
            Set-Content (Join-Path $folder pwsh) "#!/bin/sh`nexec '$program' '$library' `"`$@`""
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
        [Console]::WriteLine("$_")
        if ("$_" -match $Pattern) {
            $found++
            foreach ($result in 'Passed', 'Failed', 'Skipped') { $counts[$result] += [int] $Matches[$result] }
            $failed += $Matches.Failed
        }
    }
    if ($failed -eq 0 -and ($LASTEXITCODE -ne 0 -or $found -lt $Results)) {
        [Console]::WriteLine("$Name ended with exit code $LASTEXITCODE and $found of $Results results.")
        $counts.Failed++
    }
}

function Invoke-Test {
    Add-PwshToPath
    if ($Long) { $env:IMAGEPUSHER_TEST_LONG = '1' }
    dotnet build $solution -c $Configuration | Out-Host
    $counts = @{ Passed = 0; Failed = 0; Skipped = 0 }
    $projects = @(Get-ChildItem $tests -Filter *.Tests.csproj -Recurse)
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

function New-Package {
    . (Join-Path $source Packaging.ps1)
    # The time in the packages is that of the sources, so that the same sources give the same packages.
    $time = Get-SourceTime $PSScriptRoot
    $env:SOURCE_DATE_EPOCH = $time.ToUnixTimeSeconds()
    $packages = Join-Path $out packages
    Remove-Item $packages -Recurse -ErrorAction Ignore
    $nuget = New-Item -ItemType Directory (Join-Path $packages nuget)
    $gallery = New-Item -ItemType Directory (Join-Path $packages gallery)
    if (-not $NoBuild) { dotnet build (Join-Path $source ImagePusher) -c $Configuration | Out-Host }
    if ($ProjectUri -and -not $NoBuild) { Set-ProjectUri $module $ProjectUri }
    foreach ($project in 'ImagePusher.Core', 'ImagePusher.LocalRegistry') {
        dotnet pack (Join-Path $source $project) -c $Configuration -o $nuget.FullName "-p:PackageProjectUrl=$ProjectUri" | Out-Host
    }
    $version = (Import-PowerShellDataFile (Join-Path $module ImagePusher.psd1)).ModuleVersion
    Export-GalleryPackage $module (Join-Path $gallery "ImagePusher.$version.nupkg") $time
    Export-Zip (Get-FolderContent $module 'ImagePusher/') (Join-Path $packages "ImagePusher.$version.zip") $time
    Copy-Item (Join-Path $PSScriptRoot THIRD-PARTY-NOTICES.md) $packages
    Export-Checksum $packages
    Get-Content (Join-Path $packages SHA256SUMS)
}

switch ($Task) {
    'Build' {
        dotnet build $solution -c $Configuration
    }
    'Quickstart' {
        # Code compiled ahead would only delay the first result.
        dotnet build (Join-Path $source ImagePusher) -c $Configuration -p:CompileAhead=false -v:quiet -nologo
        Import-Module (Join-Path $module ImagePusher.psd1)
        $parameters = @{}
        if ($Tar) { $parameters.Tar = $Tar }
        if ($Registry) { $parameters.Registry = $Registry }
        & (Join-Path $PSScriptRoot docs examples quickstart.ps1) @parameters
    }
    'Test' {
        Invoke-Test
    }
    'Docs' {
        Add-PwshToPath
        dotnet build (Join-Path $source ImagePusher) -c $Configuration
        pwsh -NoProfile -NonInteractive -File (Join-Path $PSScriptRoot docs Update-Help.ps1)
    }
    'Package' {
        New-Package
    }
    'Benchmark' {
        Add-PwshToPath
        dotnet run -c Release --project (Join-Path $tests ImagePusher.Benchmarks) -- @Argument
    }
    'Clean' {
        dotnet clean $solution -c $Configuration
        Remove-Item $out -Recurse -ErrorAction Ignore
    }
}
