# The everyday job of a CI service in one step: connects, pushes image tars, and keeps copies of a list of other images.
#
#   ci-push.ps1 ghcr.io/me/ -Path ./images/*.tar               what was built, straight from the tars
#   ci-push.ps1 ghcr.io/me/mirror/ -List images.txt            what others built, through the cache
#
# The list has one reference a line; empty lines and those that begin with '#' do not count. An image that fails does not
# keep the others back: the log names it, and the exit code is 1 at the end. Credentials: see ci-connect.ps1.
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)] [string] $Destination,
    [string[]] $Path,
    [string] $List
)
# What both services set before a step. It is why the cmdlets below say -ErrorAction Continue.
$ErrorActionPreference = 'Stop'
. ([IO.Path]::Combine($PSScriptRoot, 'CiLog.ps1'))
$null = & ([IO.Path]::Combine($PSScriptRoot, 'ci-connect.ps1')) $Destination

# 2>&1 puts errors among the results, in their order; -ErrorVariable counts them all the same.
$push = @{ Destination = $Destination; ErrorAction = 'Continue'; ErrorVariable = '+failures' }
$failures = @()
if ($Path) {
    Push-ImageTar $Path @push 2>&1 | Write-CiLog
}
if ($List) {
    $names = @([IO.File]::ReadAllLines($PSCmdlet.GetUnresolvedProviderPathFromPSPath($List)) |
        Where-Object { $_ -match '^\s*[^#\s]' } | ForEach-Object Trim)
    . {
        $names | Save-ImageToCache -AllPlatforms -OutVariable saved -ErrorAction Continue -ErrorVariable +failures |
            Push-CachedImage @push
    } 2>&1 | Write-CiLog
}

# What the service keeps for the next run: after a failure all of it, so that broken transfers go on; else no more than needed.
if (-not $failures) {
    if ($List) { Get-CachedImage | Where-Object Reference -NotIn $saved.Reference | Remove-CachedImage -Confirm:$false }
    $null = Optimize-ImageCache -GracePeriod 0
}

"$($failures.Count) failed."
exit [Math]::Min($failures.Count, 1)
