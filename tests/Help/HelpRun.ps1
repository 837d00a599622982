# Runs examples of the help pages in a separate pwsh.
. (Join-Path $PSScriptRoot HelpExample.ps1)

# Returns a dictionary from the ids of examples to what they showed: Text, and Environment as HelpEnvironment.ps1 returned it.
function Get-HelpRun([string] $Module, [string] $Folder, [string[]] $Name) {
    $script = Join-Path $PSScriptRoot Show-HelpExample.ps1
    $shown = pwsh -NoProfile -NonInteractive -File $script $Module $Folder @Name 2>&1 | Out-String -Width 4096
    if ($LASTEXITCODE -ne 0) { throw "The examples could not be run:`n$shown" }
    $run = @{}
    foreach ($match in [regex]::Matches($shown, '(?ms)\G(?<text>.*?)^<<<< (?<id>\S+) (?<pairs>.*?)\r?\n')) {
        $environment = [ordered]@{}
        foreach ($pair in $match.Groups['pairs'].Value -split ' ') {
            $onPage, $actual = $pair -split '='
            $environment[$onPage] = $actual
        }
        $run[$match.Groups['id'].Value] = [pscustomobject]@{ Text = $match.Groups['text'].Value; Environment = $environment }
    }
    $run
}
