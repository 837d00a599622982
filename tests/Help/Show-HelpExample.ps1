# Runs examples of the help and shows what they print; a script for a process of its own, since examples change the session:
#   pwsh -NoProfile -File Show-HelpExample.ps1 MODULE FOLDER [NAME...]
# MODULE is the built module's manifest, FOLDER that of the help pages, NAME a page or an example (Get-CachedImage,
# Get-CachedImage/2); without it all are run. After each example stands a line '<<<< Page/number' with what its world has for
# what stands in the examples, such as 'localhost:5000=localhost:7123'.
param([Parameter(Mandatory)] [string] $Module, [Parameter(Mandatory)] [string] $Folder, [Parameter(ValueFromRemainingArguments)] [string[]] $Name)
. ([IO.Path]::Combine($PSScriptRoot, 'HelpPage.ps1'))
. ([IO.Path]::Combine($PSScriptRoot, 'HelpExample.ps1'))
$PSStyle.OutputRendering = 'PlainText'
$temp = [IO.Directory]::CreateTempSubdirectory('imagepusher-help-').FullName
$env:DOCKER_CONFIG = [IO.Path]::Combine($temp, 'docker')
$env:REGISTRY_AUTH_FILE = [IO.Path]::Combine($temp, 'auth.json')

# The world answers what a person would be asked.
function global:Get-Credential([string] $UserName) {
    $password = [Security.SecureString]::new()
    foreach ($character in $env:REGISTRY_PASSWORD.ToCharArray()) { $password.AppendChar($character) }
    [pscredential]::new($UserName, $password)
}

try {
    Import-Module $Module
    $examples = @(Get-HelpExample $Folder)
    Remove-Module ImagePusher
    foreach ($example in $examples) {
        if ($Name -and $example.Id -notin $Name -and ($example.Id -split '/')[0] -notin $Name) { continue }
        $world = Invoke-HelpExample $Module $temp $example.Code
        [Console]::WriteLine("<<<< $($example.Id) $($world.GetEnumerator().ForEach({ "$($_.Key)=$($_.Value)" }) -join ' ')")
    }
} finally {
    [IO.Directory]::Delete($temp, $true)
}
