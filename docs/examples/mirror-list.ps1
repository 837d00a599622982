# Copies the images of a list, or one part of it, to a registry; what is there already costs one HEAD request a side.
#
#   mirror-list.ps1 images.txt registry.example.com/mirror/ [-Shard 3/10 [-ByRepository]] [-IncludeReferrers] [-Platform linux/amd64]
#
# The list has one reference a line; empty lines and those that begin with '#' do not count. It writes a result for each image
# and ends with an error if one failed, after the others were copied: run it again to go on. -ByRepository keeps the tags of a
# repository in one part, so that no two machines send the layers that they share.
# Credentials: MIRROR_USER and MIRROR_PASSWORD for the destination if they are set, else those of docker's or podman's files.
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
$images = @([IO.File]::ReadAllLines($PSCmdlet.GetUnresolvedProviderPathFromPSPath($List)) |
    Where-Object { $_ -match '^\s*[^#\s]' } | ForEach-Object Trim |
    Select-ImageShard $Shard -ByRepository:$ByRepository)
$images | Copy-RegistryImage @copy -ErrorAction Continue -ErrorVariable failed
if ($failed) { throw "$($failed.Count) of the $($images.Count) images of part $Shard failed." }
