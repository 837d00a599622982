# Pushes an image tar to a registry twice and shows the result; the module ImagePusher must be imported or installed.
#   quickstart.ps1 [-Tar FILE] [-Registry HOST]
# The default tar is hello.tar beside this script. Without -Registry, the script starts a local registry in a temporary folder and
# stops it at the end.
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
    $pushed = Push-ImageTar $Tar -Destination $Registry
    $pushed | Out-Host

    'Push it again; the registry has every blob, so nothing is sent:'
    Push-ImageTar $Tar -Destination $Registry | Out-Host

    'The manifest in the registry:'
    $pushed | Get-RegistryManifest | Out-Host
} finally {
    if ($folder) {
        Stop-LocalRegistry $Registry
        Remove-Item $folder -Recurse -Force
    }
}
