# Connects this process to a registry with what a CI job has been given:
#
#   ci-connect.ps1 ghcr.io
#
# The first that fits, none of which shows a secret:
#   1. any registry       REGISTRY_USER and REGISTRY_PASSWORD, as the step's env
#   2. ghcr.io            the job's token: GITHUB_TOKEN as the step's env, with 'packages: write' in the job's permissions
#   3. NAME.azurecr.io    the module Az.ContainerRegistry in a session that is signed in to Azure (AzurePowerShell@5, azure/login)
#   4. Amazon ECR         the module AWS.Tools.ECR with credentials of AWS in the environment
#   5. what docker login or podman login left in their files, which need no connection; then this does nothing
#
# A step is a process of its own, and so is a connection: run this in the step that pushes.
[CmdletBinding()]
param([Parameter(Mandatory, Position = 0)] [string] $Registry)
$ErrorActionPreference = 'Stop'
$name = ($Registry -split '/')[0]

function Test-Command([string] $Name) { $null -ne (Get-Command $Name -ErrorAction Ignore) }

if ($env:REGISTRY_USER) {
    Connect-Registry $name -UserName $env:REGISTRY_USER -PasswordVariable REGISTRY_PASSWORD
} elseif ($name -eq 'ghcr.io' -and $env:GITHUB_TOKEN) {
    # Any user name will do.
    Connect-Registry $name -UserName ($env:GITHUB_ACTOR ? $env:GITHUB_ACTOR : 'token') -PasswordVariable GITHUB_TOKEN
} elseif ($name -match '^(?<Name>[^.]+)\.azurecr\.io$' -and (Test-Command Connect-AzContainerRegistry)) {
    $answer = Connect-AzContainerRegistry -Name $Matches.Name -ExposeToken
    # ACR's user name for tokens; the token is a SecureString.
    Connect-Registry $name -Credential ([pscredential]::new('00000000-0000-0000-0000-000000000000', $answer.AccessToken))
} elseif ($name -match '\.dkr\.ecr\.(?<Region>[^.]+)\.amazonaws\.com(\.cn)?$' -and (Test-Command Get-ECRLoginCommand)) {
    $login = Get-ECRLoginCommand -Region $Matches.Region
    # Its password is plain text; NetworkCredential makes a SecureString of it.
    $password = [Net.NetworkCredential]::new($login.Username, $login.Password).SecurePassword
    Connect-Registry $name -Credential ([pscredential]::new($login.Username, $password))
}
