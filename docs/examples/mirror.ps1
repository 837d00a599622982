# Transfers images into an air-gapped network in two steps, by a folder that is carried between them.
#
#   mirror.ps1 FOLDER -List images.txt [-Shard 1/2]       with internet access: saves the images and writes the folder
#   mirror.ps1 FOLDER -Destination registry.inside:5000   inside: verifies the folder, imports it and pushes the images
#
# The list has one reference per line; empty lines and lines that begin with '#' are ignored. The folder receives images.tar (an
# OCI archive of all images with all platforms; shared layers are stored once), images.txt (digest and name of each image) and
# SHA256SUMS in the format of sha256sum. The digests of the images do not change.
# An OCI archive does not contain referrers (signatures, SBOMs): docs/operate/scaling.md describes how to transfer them.
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)] [string] $Folder,
    [Parameter(Mandatory, ParameterSetName = 'Out')] [string] $List,
    [Parameter(ParameterSetName = 'Out')] [string] $Shard = '1/1',
    [Parameter(Mandatory, ParameterSetName = 'In')] [string] $Destination
)
$ErrorActionPreference = 'Stop'
$tar, $names, $sums = 'images.tar', 'images.txt', 'SHA256SUMS' | ForEach-Object { Join-Path $Folder $_ }

if ($List) {
    $listed = @(Get-Content $List | Where-Object { $_ -match '^\s*[^#\s]' } | ForEach-Object Trim)
    if (-not $listed) { throw "The list '$List' names no image." }
    $wanted = @($listed | Select-ImageShard $Shard)

    # If an image fails, the rest continue; the failures are reported at the end.
    $saved = @($wanted | Save-ImageToCache -AllPlatforms -ErrorAction Continue -ErrorVariable failed)
    if ($saved) {
        $null = New-Item -ItemType Directory -Force $Folder
        $null = $saved | Export-ImageTar -Path $tar -Force
        $saved | ForEach-Object { "$($_.Digest) $($_.Reference)" } | Set-Content $names
        Get-FileHash $tar, $names | ForEach-Object { "$($_.Hash.ToLowerInvariant())  $(Split-Path $_.Path -Leaf)" } | Set-Content $sums
    }
    $saved
    if ($failed) { throw "$($failed.Count) of $($wanted.Count) images could not be saved." }
    return
}

foreach ($line in Get-Content $sums) {
    $sum, $file = $line -split '  ', 2
    if ((Get-FileHash (Join-Path $Folder $file)).Hash -ne $sum) {
        throw "The checksum of $file differs from $sums. Transfer the folder again."
    }
}
$digestOf = @{}
foreach ($line in Get-Content $names) {
    $digest, $name = $line -split ' ', 2
    $digestOf[$name] = $digest
}
$pushed = @(Import-ImageTar -LiteralPath $tar | Push-CachedImage -Destination $Destination -ErrorAction Continue -ErrorVariable failed)
$pushed
$arrived = @($pushed | Where-Object { $digestOf[$_.Source] -ceq $_.Digest }).Count
if ($failed -or $arrived -ne $digestOf.Count) {
    throw "$arrived of $($digestOf.Count) images arrived with their digests."
}
