<#
.SYNOPSIS
Copies the images of a list, or one part of it, to a registry. An unchanged image costs one HEAD request per registry.
.DESCRIPTION
The script writes a result for each image and, after all were tried, ends with an error if one failed; run it again to continue.

Credentials: MIRROR_USER and MIRROR_PASSWORD for the destination if they are set, otherwise those in docker's or podman's files.
.PARAMETER List
A file with one reference per line; empty lines and lines that begin with '#' are ignored. Instead of a list, a sync file of skopeo or
regsync (.yml, .yaml) can be specified; its rules are evaluated on each machine, and its options hold.
.PARAMETER Destination
The registry, or a prefix with a slash.
.PARAMETER Shard
The part of the images to copy, such as 3/10.
.PARAMETER ByRepository
Keeps the tags of a repository in one part, so that no two machines send the same layers.
.PARAMETER Platform
The platforms to copy, such as linux/amd64.
.PARAMETER IncludeReferrers
Copies signatures, SBOMs and attestations too.
.EXAMPLE
./mirror-list.ps1 images.txt registry.example.com/mirror/ -Shard 3/10 -ByRepository
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)] [string] $List,
    [Parameter(Mandatory, Position = 1)] [string] $Destination,
    [string] $Shard = '1/1',
    [switch] $ByRepository,
    [string[]] $Platform,
    [switch] $IncludeReferrers
)
$ErrorActionPreference = 'Stop'
if ($env:MIRROR_USER) {
    $null = Connect-Registry ($Destination -split '/')[0] -UserName $env:MIRROR_USER -PasswordVariable MIRROR_PASSWORD
}

$copy = @{ Destination = $Destination; IncludeReferrers = $IncludeReferrers }
if ($Platform) { $copy.Platform = $Platform }
if ($List -match '\.ya?ml$') {
    $images = @(Get-SyncPlan $List -Destination $Destination | Select-ImageShard $Shard -ByRepository:$ByRepository)
    if (-not $IncludeReferrers) { $copy.Remove('IncludeReferrers') }
    if ($images) { $images | Sync-RegistryImage @copy -Confirm:$false -ErrorAction Continue -ErrorVariable failed }
    if ($failed) { throw "$($failed.Count) of the $($images.Count) images of part $Shard failed." }
    return
}
$listed = @(Get-Content $List | Where-Object { $_ -match '^\s*[^#\s]' } | ForEach-Object Trim)
if (-not $listed) { throw "The list '$List' names no image." }
$images = @($listed | Select-ImageShard $Shard -ByRepository:$ByRepository)
$images | Copy-RegistryImage @copy -ErrorAction Continue -ErrorVariable failed
if ($failed) { throw "$($failed.Count) of the $($images.Count) images of part $Shard failed." }
