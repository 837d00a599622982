# An image saved from a registry and pushed again keeps its digest.
param([Parameter(Mandatory)] [string] $Tar, [Parameter(Mandatory)] [string] $Registry)
$ErrorActionPreference = 'Stop'

$original = Push-ImageTar $Tar -Destination "$Registry/original/app:1.0"
$saved = Save-ImageToCache $original.Reference
if (-not $saved.IsComplete -or $saved.Digest -ne $original.Digest) { throw "Saved as $($saved.Digest), complete: $($saved.IsComplete)." }
if (-not (Test-CachedImage $saved.Reference -Full -Quiet)) { throw "$saved is damaged." }

$copy = $saved | Push-CachedImage -Destination "$Registry/copy/app:1.0"
if ($copy.Digest -ne $original.Digest) { throw "The pushed copy has the digest $($copy.Digest)." }

$saved | Remove-CachedImage
if (Get-CachedImage *original/app*) { throw 'The removed image is still listed.' }
$copy
