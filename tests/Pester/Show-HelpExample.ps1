# Runs examples of the help, each in a world of its own (HelpWorld.ps1), and shows what they print:
#   pwsh -NoProfile -File Show-HelpExample.ps1 MODULE FOLDER [NAME...]
# MODULE is the built module's manifest, FOLDER that of the help pages, NAME the name of a page (all where none is given).
# Before each example stands a line '>>>> Page/number', after it '<<<< errors' with the number of errors. What the world
# maps (ports, folders) is shown as in the help. It is a script for a process of its own: what the examples change in the
# session must not reach those who run it.
param([Parameter(Mandatory)] [string] $Module, [Parameter(Mandatory)] [string] $Folder, [Parameter(ValueFromRemainingArguments)] [string[]] $Name)
. (Join-Path $PSScriptRoot HelpPage.ps1)
$PSStyle.OutputRendering = 'PlainText'
$temp = [IO.Directory]::CreateTempSubdirectory('imagepusher-help-').FullName
$env:DOCKER_CONFIG = Join-Path $temp docker
$env:REGISTRY_AUTH_FILE = Join-Path $temp auth.json
$number = 0

# The world answers what a person would be asked.
function global:Get-Credential([string] $UserName) {
    [pscredential]::new($UserName, (ConvertTo-SecureString $env:REGISTRY_PASSWORD -AsPlainText -Force))
}

try {
    foreach ($example in Get-HelpExample $Folder $Name) {
        Import-Module $Module
        $world = & (Join-Path $PSScriptRoot HelpWorld.ps1) (Join-Path $temp (++$number))
        $code = $example.Code
        foreach ($there in $world.Keys) { $code = $code.Replace($there, $world[$there]) }
        [Console]::WriteLine(">>>> $($example.Id)")
        $global:Error.Clear()
        try {
            & ([scriptblock]::Create($code)) 2>&1 3>&1 4>&1 | Out-Default
        } catch {
            $_ | Out-Default
        }
        $errors = $global:Error.Count
        [Console]::WriteLine("<<<< $errors")
        Set-Location $temp
        $HelpWorldListener.Close()
        # Closes the session: the next example begins with a new one.
        Remove-Module ImagePusher
        [Console]::WriteLine("==== $($world.GetEnumerator().ForEach({ "$($_.Value)=$($_.Key)" }) -join ';')")
    }
} finally {
    Set-Location $PSScriptRoot
    Remove-Item $temp -Recurse -Force
}
