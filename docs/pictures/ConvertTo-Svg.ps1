<#
.SYNOPSIS
Draws a screen that 'tmux capture-pane -e -p' captured as an SVG.
.DESCRIPTION
The script knows the escape codes for colors (the 16 of a terminal), bold, italic and reverse; others are an error.
.PARAMETER Screen
The file with the screen.
.PARAMETER Out
The file for the picture.
.PARAMETER Title
The title of the picture.
.EXAMPLE
./ConvertTo-Svg.ps1 screen.txt push.svg
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Screen,
    [Parameter(Mandatory)] [string] $Out,
    [string] $Title = 'PowerShell'
)
$ErrorActionPreference = 'Stop'
$column, $row, $margin, $top = 8.4, 19, 14, 40
$paper, $ink = '#1e1e1e', '#d4d4d4'
$colors = '#000000', '#cd3131', '#0dbc79', '#e5e510', '#2472c8', '#bc3fbc', '#11a8cd', '#e5e5e5',
    '#767676', '#f14c4c', '#23d18b', '#f5f543', '#3b8eea', '#d670d6', '#29b8db', '#ffffff'

$style = @{ Ink = $null; Paper = $null; Bold = $false; Italic = $false; Reverse = $false }
function Set-Style([string] $Codes) {
    foreach ($code in $Codes.Split(';').ForEach({ [int] "0$_" })) {
        switch ($code) {
            0 { $style.Ink = $style.Paper = $null; $style.Bold = $style.Italic = $style.Reverse = $false }
            1 { $style.Bold = $true }
            3 { $style.Italic = $true }
            7 { $style.Reverse = $true }
            39 { $style.Ink = $null }
            49 { $style.Paper = $null }
            { $_ -in 30..37 } { $style.Ink = $colors[$code - 30] }
            { $_ -in 90..97 } { $style.Ink = $colors[$code - 82] }
            { $_ -in 40..47 } { $style.Paper = $colors[$code - 40] }
            default { throw "The screen has the escape code $code, which this script does not know." }
        }
    }
}

$lines = [IO.File]::ReadAllText($Screen).TrimEnd() -split "`n"
$width = 0
$shapes = [Collections.Generic.List[string]]::new()
for ($y = 0; $y -lt $lines.Count; $y++) {
    $x = 0
    foreach ($piece in [regex]::Matches($lines[$y].TrimEnd(), "`e\[(?<codes>[\d;]*)m|(?<text>[^`e]+)")) {
        if (-not $piece.Groups['text'].Success) {
            Set-Style $piece.Groups['codes'].Value
            continue
        }
        $text = $piece.Value
        $foreground, $background = ($style.Ink ?? $ink), ($style.Paper ?? $paper)
        if ($style.Reverse) { $foreground, $background = $background, $foreground }
        # A string with a number in it is written as in English, whatever the language here.
        $at = "x=`"$([Math]::Round($margin + $x * $column, 1))`""
        $long = "$([Math]::Round($text.Length * $column, 1))"
        if ($background -ne $paper) {
            $shapes.Add("<rect $at y=`"$($top + $y * $row)`" width=`"$long`" height=`"$row`" fill=`"$background`"/>")
        }
        if ($text.Trim()) {
            $more = ($style.Bold ? ' font-weight="bold"' : '') + ($style.Italic ? ' font-style="italic"' : '')
            $escaped = [Security.SecurityElement]::Escape($text)
            $shapes.Add("<text $at y=`"$($top + $y * $row + 14)`" textLength=`"$long`" fill=`"$foreground`"$more>$escaped</text>")
        }
        $x += $text.Length
        $width = [Math]::Max($width, $x)
    }
}
$w = [int] ($width * $column + 2 * $margin)
$h = $top + $lines.Count * $row + $margin
$svg = @"
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 $w $h" width="$w" height="$h"
  font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" xml:space="preserve">
<title>$([Security.SecurityElement]::Escape($Title))</title>
<rect width="$w" height="$h" rx="8" fill="$paper"/>
<circle cx="20" cy="19" r="6" fill="#ff5f57"/><circle cx="40" cy="19" r="6" fill="#febc2e"/><circle cx="60" cy="19" r="6" fill="#28c840"/>
$([string]::Join("`n", $shapes))
</svg>

"@
[IO.File]::WriteAllText($Out, $svg.Replace("`r", ''))
