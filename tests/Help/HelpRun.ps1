# Runs examples of the help in a pwsh of their own.
. (Join-Path $PSScriptRoot HelpExample.ps1)

# What examples show: a dictionary from their ids to Text, as on the screen, and World, as HelpWorld.ps1 wrote it.
function Get-HelpRun([string] $Module, [string] $Folder, [string[]] $Name) {
    $shown = pwsh -NoProfile -NonInteractive -File (Join-Path $PSScriptRoot Show-HelpExample.ps1) $Module $Folder @Name 2>&1 | Out-String -Width 4096
    if ($LASTEXITCODE -ne 0) { throw "The examples could not be run:`n$shown" }
    $run = @{}
    foreach ($match in [regex]::Matches($shown, '(?ms)\G(?<text>.*?)^<<<< (?<id>\S+) (?<world>.*?)\r?\n')) {
        $world = [ordered]@{}
        foreach ($pair in $match.Groups['world'].Value -split ' ') {
            $there, $here = $pair -split '='
            $world[$there] = $here
        }
        $run[$match.Groups['id'].Value] = [pscustomobject]@{ Text = $match.Groups['text'].Value; World = $world }
    }
    $run
}
