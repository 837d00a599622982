# A local registry serves a cache; an image pushed to it is in the cache.
param([Parameter(Mandatory)] [string] $Tar, [Parameter(Mandatory)] [string] $Folder)
$ErrorActionPreference = 'Stop'

$server = Start-LocalRegistry -Port 0 -Path (Join-Path $Folder served)
try {
    $pushed = Push-ImageTar $Tar -Destination $server.Registry
    $served = Get-CachedImage -CachePath $server.CachePath
    if ($served.Digest -ne $pushed.Digest) { throw "The cache has $($served.Digest); the pushed image is $($pushed.Digest)." }
    if ((Get-LocalRegistry $server.Registry).Requests -le 0) { throw 'No request was counted.' }
    $pushed
} finally {
    $server | Stop-LocalRegistry
}
if (Get-LocalRegistry $server.Registry) { throw 'The stopped registry is still listed.' }
