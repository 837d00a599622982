<#
.SYNOPSIS
Functions that format results and errors for the log of a CI service. Dot-source the script, then pipe both streams to Write-CiLog.
.DESCRIPTION
On GitHub Actions (GITHUB_ACTIONS is true) and Azure Pipelines (TF_BUILD is True) an image is a collapsed group with its details,
and an error is an annotation of the run. Elsewhere both are plain lines.
.EXAMPLE
. ./CiLog.ps1
Push-ImageTar ./images/*.tar -Destination ghcr.io/me/ -ErrorAction Continue -ErrorVariable failures 2>&1 | Write-CiLog
exit [Math]::Min($failures.Count, 1)
#>
[CmdletBinding()]
param()

# Names and messages may come from a registry, and must not act as commands of the service. Both services interpret '##[' and
# '##vso[' anywhere in a line, GitHub also '::' at its start.
function Protect-CiText([string] $Text) {
    ($Text -replace '\s*[\r\n]+\s*', ' ' -replace '##(?=vso\[|\[)', '# #').Trim() -replace '^::', ': :'
}

function Get-CiService {
    if ($env:GITHUB_ACTIONS -eq 'true') { 'GitHub' } elseif ($env:TF_BUILD -eq 'True') { 'Azure' } else { 'None' }
}

function Format-CiGroup([string] $Title, [string[]] $Line) {
    $title = Protect-CiText $Title
    $lines = $Line | ForEach-Object { Protect-CiText $_ }
    switch (Get-CiService) {
        'GitHub' { "::group::$title"; $lines; '::endgroup::' }
        'Azure' { "##[group]$title"; $lines; '##[endgroup]' }
        default { $title }
    }
}

function Format-CiError([Management.Automation.ErrorRecord] $ErrorRecord) {
    $id = ($ErrorRecord.FullyQualifiedErrorId -split ',')[0] -replace '[^\w.-]'
    $message = $ErrorRecord.ErrorDetails ? $ErrorRecord.ErrorDetails.Message : $ErrorRecord.Exception.Message
    $text = Protect-CiText "$message $($ErrorRecord.ErrorDetails.RecommendedAction)"
    switch (Get-CiService) {
        'GitHub' { "::error title=$id::$($text -replace '%', '%25')" }
        'Azure' { "##vso[task.logissue type=error;code=$id]$($text -replace '%', '%AZP25')" }
        default { "ERROR ${id}: $text" }
    }
}

# Writes an ErrorRecord as an error, an image (the result of a push or of a sync, a cached image) as a group, and other objects unchanged.
function Write-CiLog {
    [CmdletBinding()]
    param([Parameter(ValueFromPipeline)] $InputObject)
    process {
        $what = $InputObject
        if ($what -is [Management.Automation.ErrorRecord]) {
            Format-CiError $what
        } elseif ($null -ne $what.BytesSent) {
            $done = $null -eq $what.Layers ? 'unchanged' : "$($what.SizeText) sent"
            $lines = @("from    $($what.Source)", "digest  $($what.Digest)")
            if ($what.SourceDigest) { $lines += "source  $($what.SourceDigest)" }
            if ($null -ne $what.Layers) {
                $lines += "layers  $($what.Layers): $($what.Uploaded) sent, $($what.Mounted) mounted, $($what.Existing) existing"
            }
            $lines += 'took    {0:0.0} s' -f $what.Duration.TotalSeconds
            Format-CiGroup "$($what.Reference): $done" $lines
        } elseif ($what.State -and $null -ne $what.Attempts) {
            $lines = @("from    $($what.Source)", "digest  $($what.Digest)", "why     $($what.Error ? $what.Error : $what.Reason)")
            $name = $what.Reference ? $what.Reference : $what.Source
            Format-CiGroup "${name}: $($what.State.ToLowerInvariant())" ($lines -notmatch '^\w+\s*$')
        } elseif ($what.CachePath -and $what.Reference) {
            Format-CiGroup "$($what.Reference): $($what.SizeText) in the cache" @(
                "digest     $($what.Digest)", "platforms  $($what.Platform)", "cache      $($what.CachePath)")
        } else {
            $what
        }
    }
}
