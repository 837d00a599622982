# A tar is pushed to a registry; a second push sends nothing.
param([Parameter(Mandatory)] [string] $Tar, [Parameter(Mandatory)] [string] $Registry)
$ErrorActionPreference = 'Stop'

$first = Push-ImageTar $Tar -Destination $Registry
if ($first.Uploaded -ne $first.Layers -or $first.BytesSent -le 0) {
    throw "The first push sent $($first.Uploaded) of $($first.Layers) layers."
}

$second = Push-ImageTar $Tar -Destination $Registry
if ($second.BytesSent -ne 0) { throw "The second push sent $($second.BytesSent) bytes." }
if ($second.Digest -ne $first.Digest) { throw "The second push has the digest $($second.Digest), the first $($first.Digest)." }

$manifest = $first | Get-RegistryManifest
if ($manifest.Digest -ne $first.Digest) { throw "The registry has $($manifest.Digest)." }
$second
