# An image that is exported in the OCI form comes back with its digest.
param([Parameter(Mandatory)] [string] $Tar, [Parameter(Mandatory)] [string] $Folder)
$ErrorActionPreference = 'Stop'

$imported = Import-ImageTar $Tar
$file = $imported | Export-ImageTar -Path ([IO.Path]::Combine($Folder, 'exported.tar'))
$entry = $file | Get-ImageTar
if ($entry.Digest -ne $imported.Digest -or $entry.Reference -ne $imported.Reference) { throw "The tar holds $($entry.Reference), $($entry.Digest)." }

$again = $file | Import-ImageTar -Reference localhost/again/
if ($again.Digest -ne $imported.Digest) { throw "It came back as $($again.Digest)." }
$again
