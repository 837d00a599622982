# Imports a tar under ten names; two processes do this at the same time with one cache.
param([string] $Module, [string] $Tar, [string] $Cache, [string] $Name)
Import-Module $Module
Set-ImageCache $Cache
1..10 | ForEach-Object { Import-ImageTar $Tar -Reference "example.com/${Name}:$_" }
