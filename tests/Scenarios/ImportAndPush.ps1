# A tar through the cache to a registry, and the whole cache to a registry.
param([Parameter(Mandatory)] [string] $Tar, [Parameter(Mandatory)] [string] $Registry)
$ErrorActionPreference = 'Stop'

$pushed = Import-ImageTar $Tar | Push-CachedImage -Destination "$Registry/one/"
$direct = Push-ImageTar $Tar -Destination "$Registry/direct/"
if ($pushed.Digest -ne $direct.Digest) { throw "Through the cache the digest is $($pushed.Digest), directly $($direct.Digest)." }

$all = @(Get-CachedImage | Push-CachedImage -Destination "$Registry/two/")
if ($all.Count -ne @(Get-CachedImage).Count) { throw "$($all.Count) results for $(@(Get-CachedImage).Count) images." }
foreach ($result in $all) {
    if ($result.Mounted + $result.Existing -ne $result.Layers) { throw "$result was sent again although the registry had its layers." }
}
$all
