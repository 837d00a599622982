# A session of the built module in an isolated environment: cache, credential files and a local registry in TestDrive.

$module = (Resolve-Path "$PSScriptRoot/../../../out/ImagePusher/ImagePusher.psd1").Path
$hello = (Resolve-Path "$PSScriptRoot/../../../docs/examples/hello.tar").Path

# Imports the module, starts a registry and returns it.
function Start-TestSession {
    $env:DOCKER_CONFIG = Join-Path $TestDrive docker
    $env:REGISTRY_AUTH_FILE = Join-Path $TestDrive auth.json
    Import-Module $module -Force -Global
    Set-ImageCache (Join-Path $TestDrive "cache-$([guid]::NewGuid())")
    Start-LocalRegistry -Port 0 -Path (Join-Path $TestDrive "registry-$([guid]::NewGuid())")
}

# Removing the module from its last runspace ends the session: local registries stop, and connections are closed.
function Stop-TestSession {
    Remove-Module ImagePusher -Force
}
