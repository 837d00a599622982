<#
.SYNOPSIS
Runs the commands whose code is compiled ahead of time. Update-Methods.ps1 calls it.
.PARAMETER Module
The manifest of the module.
.PARAMETER Tar
Image tars to push.
#>
[CmdletBinding()]
param([string] $Module, [Parameter(ValueFromRemainingArguments)] [string[]] $Tar)
$ErrorActionPreference = 'Stop'
Import-Module $Module
$folder = Split-Path $env:IMAGEPUSHER_CACHE
$first, $second = 'first', 'second' | ForEach-Object { (Start-LocalRegistry -Port 0 -Path (Join-Path $folder $_)).Registry }
$archive = Join-Path $folder out.tar
$(
    $Tar | Push-ImageTar -Destination "$first/gzip/"
    Push-ImageTar $Tar[0] -Destination "$first/zstd/" -Compression Zstd
    Get-ImageTar $Tar[0]
    Import-ImageTar $Tar[0]
    Get-CachedImage
    Get-CachedImage | Push-CachedImage -Destination "$first/cached/"
    $reference = "$first/gzip/hello:1.0"
    Get-RegistryTag "$first/gzip/hello"
    Get-RegistryManifest $reference
    Save-ImageToCache $reference
    Copy-RegistryImage $reference -Destination "$second/copied/"
    Copy-RegistryImage $reference -Destination "$second/planned/" -PlanOnly
    Export-ImageTar $reference -Path $archive
    Remove-CachedImage $reference -Confirm:$false
) | Out-String | Out-Null
Get-LocalRegistry | Stop-LocalRegistry
