# Splits a list of images among several machines with PowerShell remoting and returns the results as objects, in any order.
#
#   mirror-hosts.ps1 images.txt registry.example.com/mirror/ -HostName build1, build2, build3
#
# Requires SSH to each host (or -ComputerName instead of -HostName for WinRM) and the module installed there. The hosts use the
# credentials in their own docker or podman files; none are sent.
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)] [string] $List,
    [Parameter(Mandatory, Position = 1)] [string] $Destination,
    [Parameter(Mandatory)] [string[]] $HostName
)
$images = @(Get-Content $List | Where-Object { $_ -match '^\s*[^#\s]' } | ForEach-Object Trim)
if (-not $images) { throw "The list '$List' names no image." }
$number = 0
$jobs = foreach ($name in $HostName) {
    $number++
    $part = @($images | Select-ImageShard "$number/$($HostName.Count)")
    if ($part) {
        Invoke-Command -HostName $name -AsJob -ArgumentList $part, $Destination -ScriptBlock {
            param([string[]] $Part, [string] $Destination)
            Import-Module ImagePusher -ErrorAction Stop
            $Part | Copy-RegistryImage -Destination $Destination
        }
    }
}

# The results are copies of the objects; they bind to cmdlets as the originals do.
$jobs | Receive-Job -Wait -AutoRemoveJob
