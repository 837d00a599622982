<#
.SYNOPSIS
The mirror step of a CI job: copies what a sync file selects, and writes each result to the log and a summary to the page of the job.
.DESCRIPTION
The exit code is 0 if every image is at the target, 1 if an image failed or the file selects none, and 2 if the file or an option is
invalid and nothing was tried; GitHub Actions and Azure Pipelines show any but 0 as 1.

For credentials of the target see ci-connect.ps1; those of the sources are in the files of docker or podman, or in DOCKER_AUTH_CONFIG.
.PARAMETER Path
The sync file of skopeo or regsync.
.PARAMETER Destination
The registry, or a prefix with a slash; without it, that of the file.
.PARAMETER Shard
The part of the images to copy, such as 3/10. A part cannot prune, because it does not see what the other parts select: run the script
without -Shard and with -Prune afterwards; unchanged images cost one HEAD request per registry.
.PARAMETER Prune
Removes tags that the file no longer selects.
.PARAMETER ResultPath
A file for the results as lines of JSON.
.EXAMPLE
./ci-sync.ps1 mirror.yml registry.example.com/mirror/ -Shard 3/10
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)] [string] $Path,
    [Parameter(Position = 1)] [string] $Destination,
    [string] $Shard,
    [switch] $Prune,
    [string] $ResultPath
)
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot CiLog.ps1)
. (Join-Path $PSScriptRoot CiSummary.ps1)
$sync = @{ ErrorAction = 'Continue'; ErrorVariable = '+failures'; Confirm = $false }
if ($Destination) { $sync.Destination = $Destination }
if ($ResultPath) { $sync.ResultPath = $ResultPath }
$failures = @()
$results = @()
try {
    if ($Shard -and $Prune) { throw 'A part of a file cannot prune; run without -Shard.' }
    if ($Destination) { $null = & (Join-Path $PSScriptRoot ci-connect.ps1) $Destination }
    if ($Shard) {
        $plan = @(Get-SyncPlan $Path -ErrorAction Continue -ErrorVariable +failures | Select-ImageShard $Shard)
        if ($plan) { $plan | Sync-RegistryImage @sync -OutVariable results 2>&1 | Write-CiLog }
    } else {
        Sync-RegistryImage $Path @sync -Prune:$Prune -OutVariable results 2>&1 | Write-CiLog
    }
} catch {
    $_ | Write-CiLog
    exit 2
}

$results | ConvertTo-SyncSummary -Title "Mirror $(Split-Path $Path -Leaf) $Shard" | Publish-CiSummary
"$(@($results).Count) images, $($failures.Count) failed."
$isUnread = @($failures | Where-Object FullyQualifiedErrorId -Match '^(InvalidOption|UnsupportedContent|PathNotFound|LimitExceeded),').Count
if ($isUnread -and -not $results) { exit 2 }
exit [int]($failures.Count -gt 0 -or (-not $results -and -not $Shard))
