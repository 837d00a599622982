<#
.SYNOPSIS
The push step of a CI job: connects to the registry, pushes image tars, and mirrors a list of other images.
.DESCRIPTION
If an image fails, the rest continue: the log names it, and the exit code is 1. It is also 1 if there was nothing to push, such as an
empty list. For credentials see ci-connect.ps1.
.PARAMETER Destination
The registry, or a prefix with a slash.
.PARAMETER Path
Image tars; wildcards are permitted.
.PARAMETER List
A file with one reference per line; empty lines and lines that begin with '#' are ignored. The images are copied through the cache.
.EXAMPLE
./ci-push.ps1 ghcr.io/me/ -Path ./images/*.tar

Pushes the tars of a build.
.EXAMPLE
./ci-push.ps1 ghcr.io/me/mirror/ -List images.txt

Copies the images of a list.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)] [string] $Destination,
    [string[]] $Path,
    [string] $List
)
# Both services set this before a step; the cmdlets below therefore use -ErrorAction Continue.
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot CiLog.ps1)
$null = & (Join-Path $PSScriptRoot ci-connect.ps1) $Destination

# An empty list would remove every image from the cache below.
$names = @(if ($List) { Get-Content $List | Where-Object { $_ -match '^\s*[^#\s]' } | ForEach-Object Trim })
if ($List ? -not $names : -not $Path) {
    $reason = $List ? "the list '$List' names no image" : 'specify -Path or -List'
    Write-Error "Nothing to push: $reason." -ErrorId NothingToPush -ErrorAction Continue 2>&1 | Write-CiLog
    exit 1
}

# 2>&1 keeps errors and results in order; -ErrorVariable still counts the errors.
$push = @{ Destination = $Destination; ErrorAction = 'Continue'; ErrorVariable = '+failures' }
$failures = @()
if ($Path) {
    Push-ImageTar $Path @push 2>&1 | Write-CiLog
}
if ($names) {
    . {
        $names | Save-ImageToCache -AllPlatforms -OutVariable saved -ErrorAction Continue -ErrorVariable +failures |
            Push-CachedImage @push
    } 2>&1 | Write-CiLog
}

# The service keeps the cache for the next run: after a failure all of it, so that transfers resume, otherwise only what is needed.
if (-not $failures) {
    if ($names) { Get-CachedImage | Where-Object Reference -NotIn $saved.Reference | Remove-CachedImage -Confirm:$false }
    $null = Optimize-ImageCache -GracePeriod 0
}

"$($failures.Count) failed."
exit [Math]::Min($failures.Count, 1)
