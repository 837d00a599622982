# Tab completion, which sends no requests.
BeforeDiscovery {
    Import-Module "$PSScriptRoot/../../out/ImagePusher/ImagePusher.psd1" -Force
    $cmdlets = (Get-Command -Module ImagePusher).Name
}

Describe 'Tab completion' {
    BeforeAll {
        . "$PSScriptRoot/Support/Session.ps1"
        $null = New-Item -ItemType Directory (Join-Path $TestDrive docker), (Join-Path $TestDrive images)
        $config = '{"auths":{"ghcr.io":{"auth":"dXNlcjpwYXNz"},"https://index.docker.io/v1/":{}}}'
        Set-Content (Join-Path $TestDrive docker config.json) $config
        $server = Start-TestSession
        $registry = $server.Registry
        Push-Location $TestDrive
        $null = Import-ImageTar $hello -Reference example.com/team/app:1.0
        $null = Import-ImageTar $hello -Reference docker.io/library/nginx:latest
        $null = Push-ImageTar $hello -Destination "$registry/seen/app:2.0"
        $null = Connect-Registry $registry
        'app.tar', 'app.tar.gz', 'app.tgz', 'app.tar.zst', 'notes.txt', 'my app.tar' | ForEach-Object { $null = New-Item $_ }

        # The completions at the end of a line.
        function Get-Completion([string] $Line) {
            (TabExpansion2 $Line $Line.Length).CompletionMatches
        }
    }

    AfterAll {
        Pop-Location
        Stop-TestSession
    }

    It 'offers cached images by their short names' {
        (Get-Completion 'Push-CachedImage ').CompletionText | Should -Be 'example.com/team/app:1.0', 'nginx:latest'
    }

    It 'offers a full name after its registry' {
        (Get-Completion 'Get-CachedImage docker.io').CompletionText | Should -Be 'docker.io/library/nginx:latest'
    }

    It 'offers images by a part of the name' {
        (Get-Completion 'Export-ImageTar team').CompletionText | Should -Be 'example.com/team/app:1.0'
    }

    It 'offers references that the session has used' {
        (Get-Completion "Get-RegistryManifest $registry/").CompletionText | Should -Contain "$registry/seen/app:2.0"
        (Get-Completion 'Get-RegistryTag seen').CompletionText | Should -Be "$registry/seen/app"
    }

    It 'offers registries of the session and of docker config.json as a destination of <_>' -ForEach @(
        'Push-CachedImage', 'Push-ImageTar', 'Copy-RegistryImage'
    ) {
        $offered = (Get-Completion "$_ -Destination ").CompletionText
        $offered | Should -Contain $registry
        $offered | Should -Contain ghcr.io
    }

    It 'offers registries to <_>' -ForEach 'Connect-Registry', 'Disconnect-Registry', 'Set-RegistryOption', 'Get-RegistryRepository' {
        (Get-Completion "$_ ").CompletionText | Should -Contain $registry
    }

    It 'offers platforms' {
        $offered = (Get-Completion 'Save-ImageToCache nginx -Platform linux/arm').CompletionText
        $offered | Should -Be 'linux/arm/v6', 'linux/arm/v7', 'linux/arm64'
    }

    It 'offers tars and folders to <_>, and no other files' -ForEach 'Import-ImageTar', 'Push-ImageTar', 'Get-ImageTar' {
        $offered = (Get-Completion "$_ ./").ListItemText
        $offered | Should -Contain images
        $expected = 'app.tar', 'app.tar.gz', 'app.tar.zst', 'app.tgz', 'my app.tar' | Sort-Object
        $offered.Where({ $_ -like '*app*' }) | Sort-Object | Should -Be $expected
        $offered | Should -Not -Contain notes.txt
    }

    It 'quotes a path with a space' {
        (Get-Completion 'Import-ImageTar ./my').CompletionText | Should -Match "^& '|^'.*my app\.tar'$"
    }

    It 'offers the values of <Parameter>' -ForEach @(
        @{ Parameter = 'Push-ImageTar -Compression'; Values = 'Auto', 'Gzip', 'None', 'Zstd' }
        @{ Parameter = 'Import-ImageTar -ManifestFormat'; Values = 'Docker', 'Oci' }
        @{ Parameter = 'Export-ImageTar -Format'; Values = 'Docker', 'Oci' }
        @{ Parameter = 'Set-RegistryOption -UploadForm'; Values = 'Auto', 'Chunked', 'Monolithic', 'Stream' }
    ) {
        (Get-Completion "$Parameter ").CompletionText | Sort-Object | Should -Be $Values
    }

    It 'offers every parameter of <_>' -ForEach $cmdlets {
        # Former names are accepted and not offered.
        $own = (Get-Command $_).Parameters.Values.Where({
            $_.Name -notin [Management.Automation.Cmdlet]::CommonParameters -and $true -notin $_.Attributes.DontShow
        }).Name
        $offered = (Get-Completion "$_ -").CompletionText
        $own.ForEach({ "-$_" }).Where({ $_ -notin $offered }) | Should -BeNullOrEmpty
    }

    It 'completes the names of the cmdlets' {
        (Get-Completion 'Push-Im').CompletionText | Should -Be Push-ImageTar
        (Get-Completion 'Get-RegistryM').CompletionText | Should -Be Get-RegistryManifest
    }

    It 'sends no requests' {
        $before = (Get-LocalRegistry).Requests
        'Push-CachedImage ', "Get-RegistryManifest $registry/", 'Push-ImageTar -Destination ', 'Get-RegistryTag ' | ForEach-Object {
            Get-Completion $_ | Should -Not -BeNullOrEmpty
        }
        (Get-LocalRegistry).Requests | Should -Be $before
    }
}
