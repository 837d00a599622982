<#
.SYNOPSIS
Functions that write the results of Sync-RegistryImage as a Markdown summary for the page of a job. Dot-source the script.
.DESCRIPTION
Results that were read from the file of -ResultPath (Get-Content | ConvertFrom-Json) are accepted too. On GitHub Actions the summary is
appended to the step's summary, on Azure Pipelines it is uploaded to the run; elsewhere it is output.
.EXAMPLE
. ./CiSummary.ps1
Sync-RegistryImage ./mirror.yml registry.example.com/mirror/ -OutVariable results
$results | ConvertTo-SyncSummary -Title 'Mirror' | Publish-CiSummary
#>
[CmdletBinding()]
param()

# Names and messages may come from a registry: they must be text in Markdown and HTML, and stay in their cell.
function Protect-Markdown([string] $Text) {
    $line = ($Text -replace '[\p{Cc}\p{Cf}]+', ' ').Trim()
    $line = $line.Length -gt 300 ? "$($line.Substring(0, 300))…" : $line
    $line = $line -replace '&', '&amp;' -replace '<', '&lt;' -replace '>', '&gt;' -replace '[\\`*_{}\[\]()#+!|~$@:]', '\$0'

    # GitHub makes a link of it, as of an address with a scheme.
    $line -replace '(?i)(www)\.', '$1\.'
}

# One string: counts by state, then a table of what changed and what failed. Services limit a summary (GitHub to 1 MiB), so the tables
# have at most -MaximumRows rows each.
function ConvertTo-SyncSummary {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(ValueFromPipeline)] $InputObject,
        [string] $Title = 'Images',
        [int] $MaximumRows = 200
    )
    begin { $results = [Collections.Generic.List[object]]::new() }
    process { if ($null -ne $InputObject.State) { $results.Add($InputObject) } }
    end {
        $lines = [Collections.Generic.List[string]]::new()
        $lines.Add("## $(Protect-Markdown $Title)")
        $lines.Add('')
        $lines.Add('| State | Images |')
        $lines.Add('| --- | ---: |')
        foreach ($state in 'Copied', 'Unchanged', 'Removed', 'Skipped', 'Failed') {
            $count = @($results | Where-Object State -EQ $state).Count
            if ($count) { $lines.Add("| $state | $count |") }
        }
        if (-not $results.Count) { $lines.Add('| none | 0 |') }

        foreach ($part in @(
            @{ Title = 'Failed'; State = 'Failed'; Column = 'Error' }
            @{ Title = 'Copied and removed'; State = 'Copied', 'Removed'; Column = 'Digest' }
            @{ Title = 'Skipped'; State = 'Skipped'; Column = 'Error' })) {
            $rows = @($results | Where-Object State -In $part.State)
            if (-not $rows) { continue }
            $lines.Add('')
            $lines.Add("### $($part.Title)")
            $lines.Add('')
            $lines.Add("| State | Image | $($part.Column) |")
            $lines.Add('| --- | --- | --- |')
            foreach ($row in $rows | Select-Object -First $MaximumRows) {
                $image = $row.Reference ? $row.Reference : $row.Source
                $lines.Add("| $($row.State) | $(Protect-Markdown $image) | $(Protect-Markdown $row.($part.Column)) |")
            }
            if ($rows.Count -gt $MaximumRows) { $lines.Add("| | and $($rows.Count - $MaximumRows) more | |") }
        }
        $lines -join "`n"
    }
}

# Hands a summary to the CI service.
function Publish-CiSummary {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory, ValueFromPipeline)] [string] $Summary)
    process {
        if ($env:GITHUB_STEP_SUMMARY) {
            Add-Content -LiteralPath $env:GITHUB_STEP_SUMMARY -Value $Summary
        } elseif ($env:TF_BUILD -eq 'True') {
            # The title of the section is the name of the file.
            $folder = $env:AGENT_TEMPDIRECTORY ? $env:AGENT_TEMPDIRECTORY : [IO.Path]::GetTempPath()
            $file = Join-Path $folder "images-$(New-Guid).md"
            Set-Content -LiteralPath $file -Value $Summary
            "##vso[task.uploadsummary]$file"
        } else {
            $Summary
        }
    }
}
