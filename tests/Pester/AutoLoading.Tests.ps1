# A module in PSModulePath is loaded automatically: tested in new processes, because this one has imported it.
Describe 'A module of PSModulePath' {
    BeforeAll {
        # The layout of Install-PSResource.
        $built = Resolve-Path "$PSScriptRoot/../../out/ImagePusher"
        $version = (Import-PowerShellDataFile "$built/ImagePusher.psd1").ModuleVersion
        $null = New-Item -ItemType Directory "$TestDrive/modules/ImagePusher"
        Copy-Item $built "$TestDrive/modules/ImagePusher/$version" -Recurse

        function Invoke-NewShell([string] $Script) {
            $before = $env:PSModulePath, $env:IMAGEPUSHER_CACHE
            try {
                # pwsh adds its own folders.
                $env:PSModulePath = Join-Path $TestDrive modules
                $env:IMAGEPUSHER_CACHE = Join-Path $TestDrive cache
                pwsh -NoProfile -NonInteractive -Command $Script
            } finally {
                $env:PSModulePath, $env:IMAGEPUSHER_CACHE = $before
            }
        }
    }

    It 'is listed, completed and found by Get-Help before it is loaded, and is loaded by its first cmdlet' {
        Invoke-NewShell '
            (Get-Module ImagePusher -ListAvailable).ExportedCmdlets.Count
            (TabExpansion2 "Push-Ima" 8).CompletionMatches.CompletionText
            @(Get-Help about_ImagePusher*).Count
            @(Get-Module ImagePusher).Count
            (Get-ImageCache).Images
            (Get-Module ImagePusher).Version.ToString()' |
            Should -Be (Import-PowerShellDataFile "$built/ImagePusher.psd1").CmdletsToExport.Count, Push-ImageTar, 4, 0, 0, $version
    }

    It 'is loaded for a script that requires it; its errors are caught by type, and its help is found' {
        Set-Content "$TestDrive/required.ps1" @'
#Requires -Modules ImagePusher
try { Get-CachedImage missing:1 -ErrorAction Stop } catch [ImagePusher.Core.ImageNotCachedException] { "caught $($_.TargetObject)" }
(Get-Help Push-ImageTar).Synopsis
'@
        $caught, $synopsis = Invoke-NewShell "& '$TestDrive/required.ps1'"
        $caught | Should -BeExactly 'caught missing:1'
        $synopsis | Should -MatchExactly '^Push.{20,}\.$'
    }
}
