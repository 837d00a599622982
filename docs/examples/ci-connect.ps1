<#
.SYNOPSIS
Connects this process to a registry with the credentials of a CI job.
.DESCRIPTION
The first that applies; none of them writes a secret to the log:
  1. any registry       REGISTRY_USER and REGISTRY_PASSWORD, as the step's env
  2. ghcr.io            the job's token: GITHUB_TOKEN as the step's env, with 'packages: write' in the job's permissions
  3. NAME.azurecr.io    the module Az.ContainerRegistry in a session that is signed in to Azure (AzurePowerShell@5, azure/login)
  4. Amazon ECR         the module AWS.Tools.ECR with credentials of AWS in the environment
  5. the files of docker login or podman login, which need no connection; the script does nothing

A step is a separate process, and a connection belongs to the process: run this script in the step that pushes.
.PARAMETER Registry
The registry; what follows a slash is ignored.
.EXAMPLE
./ci-connect.ps1 ghcr.io
#>
[CmdletBinding()]
param([Parameter(Mandatory, Position = 0)] [string] $Registry)
$ErrorActionPreference = 'Stop'
$name = ($Registry -split '/')[0]

function Test-Command([string] $Name) { $null -ne (Get-Command $Name -ErrorAction Ignore) }

if ($env:REGISTRY_USER) {
    Connect-Registry $name -UserName $env:REGISTRY_USER -PasswordVariable REGISTRY_PASSWORD
} elseif ($name -eq 'ghcr.io' -and $env:GITHUB_TOKEN) {
    # Any user name is accepted.
    Connect-Registry $name -UserName ($env:GITHUB_ACTOR ? $env:GITHUB_ACTOR : 'token') -PasswordVariable GITHUB_TOKEN
} elseif ($name -match '^(?<Name>[^.]+)\.azurecr\.io$' -and (Test-Command Connect-AzContainerRegistry)) {
    $answer = Connect-AzContainerRegistry -Name $Matches.Name -ExposeToken
    # The user name for tokens of ACR; the token is a SecureString.
    Connect-Registry $name -Credential ([pscredential]::new('00000000-0000-0000-0000-000000000000', $answer.AccessToken))
} elseif ($name -match '\.dkr\.ecr\.(?<Region>[^.]+)\.amazonaws\.com(\.cn)?$' -and (Test-Command Get-ECRLoginCommand)) {
    $login = Get-ECRLoginCommand -Region $Matches.Region
    # The password is plain text; NetworkCredential converts it to a SecureString.
    $password = [Net.NetworkCredential]::new($login.Username, $login.Password).SecurePassword
    Connect-Registry $name -Credential ([pscredential]::new($login.Username, $password))
}
