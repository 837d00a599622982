# Splits a list of images over several machines by PowerShell remoting; the results come back as objects, in any order.
#
#   mirror-hosts.ps1 images.txt registry.example.com/mirror/ -HostName build1, build2, build3
#
# It needs ssh to each host (or change -HostName to -ComputerName for WinRM) and the module installed there. The hosts need
# credentials of their own, in docker's or podman's files: none are sent.
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)] [string] $List,
    [Parameter(Mandatory, Position = 1)] [string] $Destination,
    [Parameter(Mandatory)] [string[]] $HostName
)
$images = @([IO.File]::ReadAllLines($PSCmdlet.GetUnresolvedProviderPathFromPSPath($List)) |
    Where-Object { $_ -match '^\s*[^#\s]' } | ForEach-Object Trim)
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

# What comes back is a copy of each object; it binds to the cmdlets here as the original does.
$jobs | Receive-Job -Wait -AutoRemoveJob
