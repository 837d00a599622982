<#
.SYNOPSIS
Transfers images into a network without internet access by a folder that is carried between the networks.
.DESCRIPTION
Images are saved with all platforms and with their signatures and SBOMs. The folder receives a bundle: images-001.tar and so on, OCI
archives of at most -MaximumSize bytes, with SHA256SUMS and the lock file images.lock.yml, which has the digests. An interrupted export
keeps its complete parts. Digests do not change, and inside everything is verified before the first push.
.PARAMETER Folder
The folder that is carried.
.PARAMETER List
With internet access: a file with one reference per line; blank lines and lines that begin with '#' are ignored.
.PARAMETER Shard
The part of the list to export, such as 1/2.
.PARAMETER Baseline
Leaves out what the inner registry has: the file inventory.xml of -Inventory, or earlier bundles.
.PARAMETER MaximumSize
The size of a part in bytes (4294967295 for FAT32).
.PARAMETER Force
Replaces another bundle in the folder.
.PARAMETER Destination
Inside: the registry, or a prefix with a slash, to which the bundle is pushed.
.PARAMETER Inventory
Inside: the registry whose content is listed for -Baseline.
.EXAMPLE
./mirror.ps1 /media/disk -Inventory registry.inside:5000

Inside: lists the content of the registry for -Baseline.
.EXAMPLE
./mirror.ps1 /media/disk -List images.txt -Baseline /media/disk/inventory.xml

With internet access: writes the bundle.
.EXAMPLE
./mirror.ps1 /media/disk -Destination registry.inside:5000

Inside: pushes the bundle.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)] [string] $Folder,
    [Parameter(Mandatory, ParameterSetName = 'Out')] [string] $List,
    [Parameter(ParameterSetName = 'Out')] [string] $Shard = '1/1',
    [Parameter(ParameterSetName = 'Out')] [string[]] $Baseline,
    [Parameter(ParameterSetName = 'Out')] [long] $MaximumSize = 1TB,
    [Parameter(ParameterSetName = 'Out')] [switch] $Force,
    [Parameter(Mandatory, ParameterSetName = 'In')] [string] $Destination,
    [Parameter(Mandatory, ParameterSetName = 'Inventory')] [string] $Inventory
)
$ErrorActionPreference = 'Stop'
if (-not $Destination) { $null = New-Item -ItemType Directory -Force $Folder }
$parts = @(Get-ChildItem -LiteralPath $Folder -Filter images*.tar)

if ($Inventory) {
    Get-RegistryInventory $Inventory | Export-Clixml -LiteralPath (Join-Path $Folder inventory.xml)
}
elseif ($List) {
    $wanted = @(Get-Content $List | Where-Object { $_ -match '^\s*[^#\s]' } | ForEach-Object Trim | Select-ImageShard $Shard)
    if (-not $wanted) { throw "The list '$List' names no image." }

    # If an image fails, the rest continue; the failures are reported at the end.
    $saved = @($wanted | Save-ImageToCache -AllPlatforms -IncludeReferrers -ErrorAction Continue -ErrorVariable failed)
    if ($saved) {
        $export = @{ Path = Join-Path $Folder images.tar; MaximumSize = $MaximumSize; IncludeReferrers = $true }
        if ($Baseline) { $export.Baseline = @($Baseline | ForEach-Object { $_ -like '*.xml' ? (Import-Clixml $_) : $_ }) }
        if ($Force) { $parts | Remove-Item }
        $null = $saved | Export-ImageTar @export
    }
    $saved
    if ($failed) { throw "$($failed.Count) of $($wanted.Count) images could not be saved." }
}
else {
    $damaged = @($parts | Test-ImageTar | Where-Object { -not $_.IsIntact })
    if ($damaged -or -not $parts) { throw "The bundle in $Folder is damaged or incomplete: $damaged. Transfer the folder again." }

    $expected = @(Get-ImageTar -LiteralPath $parts[0].FullName)
    $pushed = @($parts | Push-ImageTar -Destination $Destination -IncludeReferrers -ErrorAction Continue -ErrorVariable failed)
    $pushed
    $arrived = @($pushed | Where-Object Digest -CIn $expected.Digest).Count
    if ($failed -or $arrived -ne $expected.Count) { throw "$arrived of $($expected.Count) images arrived with their digests." }
}
