# What the files of this suite begin and end with: a session of the built module with a cache, credentials and a registry of
# its own, all in TestDrive.

$module = (Resolve-Path "$PSScriptRoot/../../../out/ImagePusher/ImagePusher.psd1").Path
$hello = (Resolve-Path "$PSScriptRoot/../../../docs/examples/hello.tar").Path

# Imports the module and starts a registry; writes that.
function Start-TestSession {
    $env:DOCKER_CONFIG = Join-Path $TestDrive docker
    $env:REGISTRY_AUTH_FILE = Join-Path $TestDrive auth.json
    Import-Module $module -Force -Global
    Set-ImageCache (Join-Path $TestDrive "cache-$([guid]::NewGuid())")
    Start-LocalRegistry -Port 0 -Path (Join-Path $TestDrive "registry-$([guid]::NewGuid())")
}

# The last one to remove the module ends its session: registries stop and connections are forgotten.
function Stop-TestSession {
    Remove-Module ImagePusher -Force
}
