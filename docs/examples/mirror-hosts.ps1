<#
.SYNOPSIS
Splits a list of images among several machines with PowerShell remoting and returns the results as objects, in any order.
.DESCRIPTION
Requires SSH to each host (or -ComputerName instead of -HostName for WinRM) and the module installed there. The hosts use the
credentials in their own docker or podman files; none are sent.
.PARAMETER List
A file with one reference per line, or a sync file of skopeo or regsync (.yml, .yaml). The rules of a sync file are evaluated here; the
hosts get the selected images, and neither the file nor the credentials and TLS settings in it.
.PARAMETER Destination
The registry, or a prefix with a slash.
.PARAMETER HostName
The hosts.
.EXAMPLE
./mirror-hosts.ps1 images.txt registry.example.com/mirror/ -HostName build1, build2, build3
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)] [string] $List,
    [Parameter(Mandatory, Position = 1)] [string] $Destination,
    [Parameter(Mandatory)] [string[]] $HostName
)
$isSync = $List -match '\.ya?ml$'
$images = if ($isSync) {
    @(Get-SyncPlan $List -Destination $Destination -ErrorAction Stop)
} else {
    @(Get-Content $List | Where-Object { $_ -match '^\s*[^#\s]' } | ForEach-Object Trim)
}
if (-not $images) { throw "The list '$List' names no image." }
$number = 0
$jobs = foreach ($name in $HostName) {
    $number++
    $part = @($images | Select-ImageShard "$number/$($HostName.Count)")
    if ($part) {
        Invoke-Command -HostName $name -AsJob -ArgumentList $part, $Destination, $isSync -ScriptBlock {
            param([object[]] $Part, [string] $Destination, [bool] $IsSync)
            Import-Module ImagePusher -ErrorAction Stop
            if ($IsSync) {
                $Part | Sync-RegistryImage -Destination $Destination -Confirm:$false
            } else {
                $Part | Copy-RegistryImage -Destination $Destination
            }
        }
    }
}

# The results are copies of the objects; they bind to cmdlets as the originals do.
$jobs | Receive-Job -Wait -AutoRemoveJob
