# Transfers images into a network without internet access by a folder that is carried between the networks.
#
#   mirror.ps1 FOLDER -Inventory registry.inside:5000                                          inside: lists its content for -Baseline
#   mirror.ps1 FOLDER -List images.txt [-Shard 1/2] [-Baseline FILE] [-MaximumSize BYTES]      with internet access
#   mirror.ps1 FOLDER -Destination registry.inside:5000                                        inside
#
# The list has one reference per line; blank lines and lines that begin with '#' are ignored. Images are saved with all platforms and
# with their signatures and SBOMs. The folder receives a bundle: images-001.tar and so on, OCI archives of at most -MaximumSize bytes
# (4294967295 for FAT32), with SHA256SUMS and the lock file images.lock.yml, which has the digests. -Baseline leaves out what the inner
# registry has: the file inventory.xml of -Inventory, or earlier bundles. An interrupted export keeps its complete parts; -Force
# replaces another bundle in the folder. Digests do not change, and inside everything is verified before the first push.
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
