# Moves images into a network that has no way out, in two steps, with a folder carried between them.
#
#   mirror.ps1 FOLDER -List images.txt [-Shard 1/2]       on the side with internet: saves the images and writes the folder
#   mirror.ps1 FOLDER -Destination registry.inside:5000   on the inside: verifies the folder, imports it and pushes the images
#
# The list has one reference a line; empty lines and those that begin with '#' do not count. The folder gets images.tar (an
# OCI archive of all images with all their platforms, layers that they share stored once), images.txt (the digest and name of
# each) and SHA256SUMS, which 'sha256sum -c' reads too. Every image arrives with the digest that it had.
# What refers to images (signatures, SBOMs) is not part of an OCI archive: docs/scaling.md says how to carry it.
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)] [string] $Folder,
    [Parameter(Mandatory, ParameterSetName = 'Out')] [string] $List,
    [Parameter(ParameterSetName = 'Out')] [string] $Shard = '1/1',
    [Parameter(Mandatory, ParameterSetName = 'In')] [string] $Destination
)
$ErrorActionPreference = 'Stop'
$Folder = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Folder)
$tar, $names, $sums = 'images.tar', 'images.txt', 'SHA256SUMS' | ForEach-Object { [IO.Path]::Combine($Folder, $_) }

function Get-Sha256([string] $Path) {
    $stream = [IO.File]::OpenRead($Path)
    try { [Convert]::ToHexStringLower([Security.Cryptography.SHA256]::HashData($stream)) } finally { $stream.Dispose() }
}

if ($List) {
    $wanted = @([IO.File]::ReadAllLines($PSCmdlet.GetUnresolvedProviderPathFromPSPath($List)) |
        Where-Object { $_ -match '^\s*[^#\s]' } | ForEach-Object Trim | Select-ImageShard $Shard)

    # An image that fails does not keep the others back; it is told at the end.
    $saved = @($wanted | Save-ImageToCache -AllPlatforms -ErrorAction Continue -ErrorVariable failed)
    if ($saved) {
        $null = [IO.Directory]::CreateDirectory($Folder)
        $null = $saved | Export-ImageTar -Path $tar -Force
        [IO.File]::WriteAllLines($names, [string[]] ($saved | ForEach-Object { "$($_.Digest) $($_.Reference)" }))
        [IO.File]::WriteAllLines($sums, [string[]] ($tar, $names | ForEach-Object { "$(Get-Sha256 $_)  $([IO.Path]::GetFileName($_))" }))
    }
    $saved
    if ($failed) { throw "$($failed.Count) of $($wanted.Count) images could not be saved." }
    return
}

foreach ($line in [IO.File]::ReadAllLines($sums)) {
    $sum, $file = $line -split '  ', 2
    if ((Get-Sha256 ([IO.Path]::Combine($Folder, $file))) -cne $sum) {
        throw "$file is not what $sums says: it was damaged on its way. Carry the folder again."
    }
}
$digestOf = @{}
foreach ($line in [IO.File]::ReadAllLines($names)) {
    $digest, $name = $line -split ' ', 2
    $digestOf[$name] = $digest
}
$pushed = @(Import-ImageTar -LiteralPath $tar | Push-CachedImage -Destination $Destination -ErrorAction Continue -ErrorVariable failed)
$pushed
$arrived = @($pushed | Where-Object { $digestOf[$_.Source] -ceq $_.Digest }).Count
if ($failed -or $arrived -ne $digestOf.Count) {
    throw "$arrived of $($digestOf.Count) images arrived with their digests."
}
