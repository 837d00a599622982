# Pushes an image tar to a registry, twice, and shows what is there.
#   quickstart.ps1 [-Tar FILE] [-Registry HOST]
# Without -Tar it takes hello.tar beside this script; without -Registry it starts the module's own local registry in a
# temporary folder and stops it at the end.
param(
    [string] $Tar = [IO.Path]::Combine($PSScriptRoot, 'hello.tar'),
    [string] $Registry
)
$ErrorActionPreference = 'Stop'
$folder = $null

try {
    if (-not $Registry) {
        $folder = [IO.Directory]::CreateTempSubdirectory('imagepusher-').FullName
        $Registry = (Start-LocalRegistry -Port 0 -Path $folder).Registry
        "A local registry serves $folder at $Registry."
    }

    "`nPush the tar:"
    $pushed = Push-ImageTar $Tar -Destination $Registry
    $pushed | Out-Host

    "Push it again: everything is there, nothing is sent."
    Push-ImageTar $Tar -Destination $Registry | Out-Host

    "What the registry has now:"
    $pushed | Get-RegistryManifest | Out-Host
} finally {
    if ($folder) {
        Stop-LocalRegistry $Registry
        [IO.Directory]::Delete($folder, $true)
    }
}
