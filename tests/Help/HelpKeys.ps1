# Creates the key pair and the policy of the examples about signatures: HelpKeys.ps1 FOLDER REGISTRY SIGNED
# With SIGNED the key pair has signed team/app:1.0 of the registry; the policy requires a signature of another key.
param([Parameter(Mandatory)] [string] $Folder, [Parameter(Mandatory)] [string] $Registry, [bool] $Signed)
$ErrorActionPreference = 'Stop'
$curve = [Security.Cryptography.ECCurve+NamedCurves]::nistP256
$key = [Security.Cryptography.ECDsa]::Create($curve)
Set-Content (Join-Path $Folder signing.pem) $key.ExportPkcs8PrivateKeyPem()
Set-Content (Join-Path $Folder signing.pub) $key.ExportSubjectPublicKeyInfoPem()
$other = [Text.Encoding]::ASCII.GetBytes([Security.Cryptography.ECDsa]::Create($curve).ExportSubjectPublicKeyInfoPem())
$requirement = @{ type = 'sigstoreSigned'; keyData = [Convert]::ToBase64String($other) }
@{ default = @($requirement) } | ConvertTo-Json -Depth 4 | Set-Content (Join-Path $Folder policy.json)
if ($Signed) {
    $null = Add-ImageSignature "$Registry/team/app:1.0" -PrivateKey (Join-Path $Folder signing.pem)
}
