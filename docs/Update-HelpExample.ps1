<#
.SYNOPSIS
Runs the examples of docs/en-US in a separate pwsh and writes their output to the pages.
.DESCRIPTION
Requires the built module. A page is changed only if its output differs by more than what varies from run to run.
.PARAMETER Name
Pages or examples (Get-CachedImage, Get-CachedImage/2); all by default.
.EXAMPLE
dotnet build src/ImagePusher && pwsh docs/Update-HelpExample.ps1 Get-CachedImage
#>
[CmdletBinding()]
param([Parameter(ValueFromRemainingArguments)] [string[]] $Name)
$ErrorActionPreference = 'Stop'
$root = Split-Path $PSScriptRoot
. (Join-Path $root tests Help HelpPage.ps1)
. (Join-Path $root tests Help HelpRun.ps1)
$module = Join-Path $root out ImagePusher ImagePusher.psd1
$folder = Join-Path $PSScriptRoot en-US
$run = Get-HelpRun $module $folder $Name
foreach ($example in Get-HelpExample $folder) {
    $shown = $run[$example.Id]
    if (-not $shown) { continue }
    if ((ConvertTo-ComparableText $shown.Text $shown.Environment) -ceq (ConvertTo-ComparableText $example.Output)) { continue }
    $page = Join-Path $folder "$($example.Id -replace '/.*').md"
    $text = $shown.Text
    foreach ($onPage in $shown.Environment.Keys) { $text = $text.Replace($shown.Environment[$onPage], $onPage) }
    $text = ($text -replace '\r' -replace '(?m) +$' -replace '\n{3,}', "`n`n").Trim("`n")
    $head = [regex]::Escape("### Example $($example.Id -replace '.*/'): $($example.Title)`n")
    $block = $text ? "`n`n``````output`n$text`n``````" : ''
    $pattern = "(?ms)(?<=^$head.*?^``````powershell\n.*?\n``````)(\n\n``````output\n.*?\n``````)?(?=\n\n(#|\S))"
    $content = Get-Content $page -Raw
    $changed = [regex]::new($pattern).Replace($content, [Text.RegularExpressions.MatchEvaluator] { $block }, 1)
    Set-Content $page $changed -NoNewline
    $example.Id
}
