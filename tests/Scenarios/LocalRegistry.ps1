# The cache serves itself as a registry, and what is pushed there is in the cache.
param([Parameter(Mandatory)] [string] $Tar, [Parameter(Mandatory)] [string] $Folder)
$ErrorActionPreference = 'Stop'

$server = Start-LocalRegistry -Port 0 -Path ([IO.Path]::Combine($Folder, 'served'))
try {
    $pushed = Push-ImageTar $Tar -Destination $server.Registry
    $served = Get-CachedImage -CachePath $server.CachePath
    if ($served.Digest -ne $pushed.Digest) { throw "The cache has $($served.Digest), pushed was $($pushed.Digest)." }
    if ((Get-LocalRegistry $server.Registry).Requests -le 0) { throw 'No request was counted.' }
    $pushed
} finally {
    $server | Stop-LocalRegistry
}
if (Get-LocalRegistry $server.Registry) { throw 'The stopped registry is still listed.' }
