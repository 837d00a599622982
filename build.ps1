<#
.SYNOPSIS
Builds, tests and packs ImagePusher: a thin wrapper of dotnet that runs in pwsh and in the bundled shell.
.EXAMPLE
./build.ps1 Test -Long
.EXAMPLE
dotnet run --project src/ImagePusher.Shell -- -File build.ps1 Package
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Pester', 'Docs', 'Package', 'Clean')]
    [string] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release',

    # The long forms of the tests: hundreds of kills, minutes of soak, gigabytes.
    [switch] $Long
)

# Only the language, .NET and programs from here on: the bundled shell has no other cmdlets.
$ErrorActionPreference = 'Stop'
$solution = [IO.Path]::Combine($PSScriptRoot, 'ImagePusher.sln')
$out = [IO.Path]::Combine($PSScriptRoot, 'out')

function Invoke-Program {
    $program, $arguments = $args
    & $program @arguments
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

# Runs a script in a real pwsh, which has the other cmdlets and modules.
function Invoke-Pwsh([string] $Script) {
    if (-not (Get-Command pwsh -CommandType Application -ErrorAction Ignore)) {
        throw "The task $Task needs pwsh 7.6 or later in the PATH."
    }
    Invoke-Program pwsh -NoProfile -NonInteractive -Command "`$ErrorActionPreference = 'Stop'; $Script"
}

switch ($Task) {
    'Build' {
        Invoke-Program dotnet build $solution -c $Configuration
    }
    'Test' {
        if ($Long) { $env:IMAGEPUSHER_TEST_LONG = '1' }
        Invoke-Program dotnet test $solution -c $Configuration
    }
    'Pester' {
        Invoke-Program dotnet build ([IO.Path]::Combine($PSScriptRoot, 'src', 'ImagePusher')) -c $Configuration
        if ($Long) { $env:IMAGEPUSHER_TEST_LONG = '1' }
        $pester = [IO.Path]::Combine($PSScriptRoot, 'tests', 'Pester')
        $suite = [IO.Path]::Combine($pester, 'Invoke-Suite.ps1')
        $canRun = Get-Command pwsh -CommandType Application -ErrorAction Ignore
        if ($canRun) {
            pwsh -NoProfile -NonInteractive -File $suite -CanRun
            $canRun = $LASTEXITCODE -eq 0
        }
        if (-not $canRun) {
            # Both come from NuGet then, as in .ci/run.
            Invoke-Program dotnet msbuild ([IO.Path]::Combine($pester, 'Tools.proj')) -restore '-t:GetTools' '-v:quiet'
            $env:PATH = [IO.Path]::Combine($out, 'tools') + [IO.Path]::PathSeparator + $env:PATH
        }
        Invoke-Program pwsh -NoProfile -NonInteractive -File $suite
    }
    'Docs' {
        # The pages are the source of Get-Help; what is made from them is committed, so that no build needs platyPS.
        Invoke-Program dotnet build ([IO.Path]::Combine($PSScriptRoot, 'src', 'ImagePusher')) -c $Configuration
        Invoke-Pwsh "& '$([IO.Path]::Combine($PSScriptRoot, 'docs', 'Update-Help.ps1'))'"
    }
    'Package' {
        # The same sources give the same packages, since they carry a time of the sources and not of today.
        . ([IO.Path]::Combine($PSScriptRoot, 'src', 'Packaging.ps1'))
        $time = Get-SourceTime $PSScriptRoot
        $env:SOURCE_DATE_EPOCH = $time.ToUnixTimeSeconds()
        $packages = [IO.Path]::Combine($out, 'packages')
        if ([IO.Directory]::Exists($packages)) { [IO.Directory]::Delete($packages, $true) }

        # The tool and the module have one name, so they are kept apart: one for NuGet, one for the PowerShell Gallery.
        $nuget = [IO.Directory]::CreateDirectory([IO.Path]::Combine($packages, 'nuget')).FullName
        $gallery = [IO.Directory]::CreateDirectory([IO.Path]::Combine($packages, 'gallery')).FullName
        foreach ($project in 'ImagePusher.Core', 'ImagePusher.Shell') {
            Invoke-Program dotnet pack ([IO.Path]::Combine($PSScriptRoot, 'src', $project)) -c $Configuration -o $nuget
        }
        $module = [IO.Path]::Combine($out, 'ImagePusher')
        $version = (Test-ModuleManifest ([IO.Path]::Combine($module, 'ImagePusher.psd1'))).Version
        Export-GalleryPackage $module ([IO.Path]::Combine($gallery, "ImagePusher.$version.nupkg")) $time
        Export-Zip (Get-FolderContent $module 'ImagePusher/') ([IO.Path]::Combine($packages, "ImagePusher.$version.zip")) $time
        [IO.File]::Copy([IO.Path]::Combine($PSScriptRoot, 'THIRD-PARTY-NOTICES.md'), [IO.Path]::Combine($packages, 'THIRD-PARTY-NOTICES.md'))
        Export-Checksum $packages
        [IO.File]::ReadAllLines([IO.Path]::Combine($packages, 'SHA256SUMS'))
    }
    'Clean' {
        Invoke-Program dotnet clean $solution -c $Configuration
        if ([IO.Directory]::Exists($out)) { [IO.Directory]::Delete($out, $true) }
    }
}
