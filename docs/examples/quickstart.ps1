<#
.SYNOPSIS
Pushes an image tar to a registry twice and shows the results.
.DESCRIPTION
The module ImagePusher must be imported or installed. Without -Registry, the script starts a local registry in a temporary folder
and stops it at the end.
.PARAMETER Tar
The image tar; hello.tar beside this script by default.
.PARAMETER Registry
The registry to push to.
.EXAMPLE
./quickstart.ps1 -Tar ./app.tar -Registry localhost:5000
#>
[CmdletBinding()]
param(
    [string] $Tar = (Join-Path $PSScriptRoot hello.tar),
    [string] $Registry
)
$ErrorActionPreference = 'Stop'
$folder = $null

try {
    if (-not $Registry) {
        $folder = Join-Path ([IO.Path]::GetTempPath()) "imagepusher-$(New-Guid)"
        $Registry = (Start-LocalRegistry -Port 0 -Path $folder).Registry
        "A local registry serves $folder at $Registry."
    }

    "`nPush the tar:"
    $pushed = Push-ImageTar -LiteralPath $Tar -Destination $Registry
    $pushed | Out-Host

    'Push it again; the registry has every blob, so nothing is sent:'
    Push-ImageTar -LiteralPath $Tar -Destination $Registry | Out-Host

    'The manifest in the registry:'
    $pushed | Get-RegistryManifest | Out-Host
} finally {
    if ($folder) {
        Stop-LocalRegistry $Registry
        # The registry creates the folder with the first push.
        if (Test-Path -LiteralPath $folder) { Remove-Item -LiteralPath $folder -Recurse -Force }
    }
}
