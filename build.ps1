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

# A zip whose bytes depend on the files alone.
function Export-Zip([string] $Folder, [string] $Path, [DateTimeOffset] $Time) {
    $stream = [IO.File]::Create($Path)
    $zip = [IO.Compression.ZipArchive]::new($stream, [IO.Compression.ZipArchiveMode]::Create)
    $files = [IO.Directory]::GetFiles($Folder, '*', [IO.SearchOption]::AllDirectories)
    [Array]::Sort($files, [StringComparer]::Ordinal)
    foreach ($file in $files) {
        $name = 'ImagePusher/' + [IO.Path]::GetRelativePath($Folder, $file).Replace('\', '/')
        $entry = $zip.CreateEntry($name, [IO.Compression.CompressionLevel]::SmallestSize)
        $entry.LastWriteTime = $Time
        $content = $entry.Open()
        $bytes = [IO.File]::ReadAllBytes($file)
        $content.Write($bytes, 0, $bytes.Length)
        $content.Dispose()
    }
    $zip.Dispose()
    $stream.Dispose()
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
        # The same sources give the same packages: their time is that of the last commit.
        $seconds = git -C $PSScriptRoot log -1 --format=%ct
        if ($LASTEXITCODE -ne 0) { throw 'The packages carry the time of the last commit, and there is no git repository here.' }
        $env:SOURCE_DATE_EPOCH = $seconds
        $packages = [IO.Path]::Combine($out, 'packages')
        if ([IO.Directory]::Exists($packages)) { [IO.Directory]::Delete($packages, $true) }
        $null = [IO.Directory]::CreateDirectory($packages)
        Invoke-Program dotnet pack ([IO.Path]::Combine($PSScriptRoot, 'src', 'ImagePusher.Core')) -c $Configuration -o $packages
        Invoke-Program dotnet pack ([IO.Path]::Combine($PSScriptRoot, 'src', 'ImagePusher.Shell')) -c $Configuration -o $packages
        $module = [IO.Path]::Combine($out, 'ImagePusher')
        $version = (Test-ModuleManifest ([IO.Path]::Combine($module, 'ImagePusher.psd1'))).Version
        Export-Zip $module ([IO.Path]::Combine($packages, "ImagePusher.$version.zip")) ([DateTimeOffset]::FromUnixTimeSeconds([long] $seconds))
        [IO.Directory]::GetFiles($packages)
    }
    'Clean' {
        Invoke-Program dotnet clean $solution -c $Configuration
        if ([IO.Directory]::Exists($out)) { [IO.Directory]::Delete($out, $true) }
    }
}
