# An image exported as an OCI archive keeps its digest.
param([Parameter(Mandatory)] [string] $Tar, [Parameter(Mandatory)] [string] $Folder)
$ErrorActionPreference = 'Stop'

$imported = Import-ImageTar $Tar
$file = $imported | Export-ImageTar -Path (Join-Path $Folder exported.tar)
$entry = $file | Get-ImageTar
if ($entry.Digest -ne $imported.Digest -or $entry.Reference -ne $imported.Reference) {
    throw "The tar contains $($entry.Reference), $($entry.Digest)."
}

$again = $file | Import-ImageTar -Reference localhost/again/
if ($again.Digest -ne $imported.Digest) { throw "The imported image has the digest $($again.Digest)." }
$again
