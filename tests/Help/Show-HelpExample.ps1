# Runs examples of the help pages and shows their output. Examples change the session, so this script needs its own process:
#   pwsh -NoProfile -File Show-HelpExample.ps1 MODULE FOLDER [NAME...]
# MODULE is the manifest of the built module, FOLDER the folder of the help pages, NAME a page or an example (Get-CachedImage,
# Get-CachedImage/2); the default is all of them. After each example comes a line '<<<< Page/number' with the actual values for
# the values on the page, such as 'localhost:5000=localhost:7123'.
param(
    [Parameter(Mandatory)] [string] $Module,
    [Parameter(Mandatory)] [string] $Folder,
    [Parameter(ValueFromRemainingArguments)] [string[]] $Name
)
. (Join-Path $PSScriptRoot HelpPage.ps1)
. (Join-Path $PSScriptRoot HelpExample.ps1)
$PSStyle.OutputRendering = 'PlainText'
$temp = [IO.Directory]::CreateTempSubdirectory('imagepusher-help-').FullName
$env:DOCKER_CONFIG = Join-Path $temp docker
$env:REGISTRY_AUTH_FILE = Join-Path $temp auth.json

try {
    foreach ($example in Get-HelpExample $Folder) {
        if ($Name -and $example.Id -notin $Name -and ($example.Id -split '/')[0] -notin $Name) { continue }
        $environment = Invoke-HelpExample $Module $temp $example.Code
        [Console]::WriteLine("<<<< $($example.Id) $($environment.GetEnumerator().ForEach({ "$($_.Key)=$($_.Value)" }) -join ' ')")
    }
} finally {
    Remove-Item $temp -Recurse -Force
}
