@{
    RootModule           = 'ImagePusher.psm1'
    ModuleVersion        = '0.2.0'
    GUID                 = '5aa3935f-a482-4d61-9dc4-e4ee60bd5fc2'
    Author               = 'The ImagePusher authors'
    CompanyName          = 'The ImagePusher authors'
    Copyright            = 'Copyright (c) The ImagePusher authors'
    Description          = 'Moves container images between registries, a local OCI-layout cache and image tars, without a container engine.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    CmdletsToExport      = @(
        'Add-ImageSignature'
        'Clear-ImageCache'
        'Compare-Image'
        'Connect-Registry'
        'Copy-RegistryImage'
        'Disconnect-Registry'
        'Export-ImageLock'
        'Export-ImageTar'
        'Find-ImageReference'
        'Get-CachedImage'
        'Get-ImageCache'
        'Get-ImageConfig'
        'Get-ImageFile'
        'Get-ImageTar'
        'Get-LocalRegistry'
        'Get-ReferrerContent'
        'Get-RegistryConnection'
        'Get-RegistryInventory'
        'Get-RegistryManifest'
        'Get-RegistryOption'
        'Get-RegistryRateLimit'
        'Get-RegistryReferrer'
        'Get-RegistryRepository'
        'Get-RegistryTag'
        'Get-SyncPlan'
        'Import-ImageTar'
        'Optimize-ImageCache'
        'Push-CachedImage'
        'Push-ImageTar'
        'Remove-CachedImage'
        'Remove-RegistryImage'
        'Repair-CachedImage'
        'Resolve-ImageDigest'
        'Save-ImageFile'
        'Save-ImageToCache'
        'Select-ImageShard'
        'Send-ImageToEngine'
        'Set-ImageCache'
        'Set-ImageReference'
        'Set-RegistryOption'
        'Start-LocalRegistry'
        'Stop-LocalRegistry'
        'Sync-RegistryImage'
        'Test-CachedImage'
        'Test-ImageSignature'
        'Test-ImageTar'
    )
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    PrivateData          = @{
        PSData = @{
            Tags         = @(
                'PSEdition_Core', 'Linux', 'MacOS', 'Windows', 'container', 'image', 'OCI', 'registry', 'docker', 'push'
            )
            LicenseUri   = 'https://opensource.org/license/mit'
            ReleaseNotes = 'CHANGELOG.md in the folder of the module lists the changes of each version.'
        }
    }
}
