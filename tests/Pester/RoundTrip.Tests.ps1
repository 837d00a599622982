# Objects from a file or from another process keep their values and bind to the next cmdlet.
Describe 'Objects from a file' {
    BeforeDiscovery {
        $ways = @(
            @{
                Way     = 'Clixml'
                Through = { $path = Join-Path $TestDrive "$(New-Guid).xml"; $input | Export-Clixml $path; Import-Clixml $path }
            }
            @{ Way = 'JSON'; Through = { $input | ConvertTo-Json -Depth 5 | ConvertFrom-Json } }
            @{ Way = 'CSV'; Through = { $input | ConvertTo-Csv | ConvertFrom-Csv } }
        )
    }

    BeforeAll {
        . "$PSScriptRoot/Support/Session.ps1"
        $server = Start-TestSession
        $image = Import-ImageTar $hello -Reference example.com/hello:1
        $pushed = $image | Push-CachedImage -Destination $server.Registry
    }

    AfterAll { Stop-TestSession }

    It 'a cached image from <Way> is pushed' -TestCases $ways {
        $result = $image | & $Through | Push-CachedImage -Destination "$($server.Registry)/again/"
        $result.Reference | Should -BeExactly "$($server.Registry)/again/hello:1"
        $result.Digest | Should -BeExactly $image.Digest
    }

    It 'a cached image from <Way> is tested, exported and removed' -TestCases $ways {
        $null = Import-ImageTar $hello -Reference example.com/hello:gone
        $back = Get-CachedImage example.com/hello:gone | & $Through
        $back | Test-CachedImage -Quiet | Should -BeTrue
        $tar = $back | Export-ImageTar -Path (Join-Path $TestDrive "$([guid]::NewGuid()).tar")
        (Get-ImageTar $tar).Reference | Should -BeExactly example.com/hello:gone
        $back | Remove-CachedImage
        Test-CachedImage example.com/hello:gone -Quiet | Should -BeFalse
    }

    It 'a pushed image from <Way> is saved and its manifest read' -TestCases $ways {
        $back = $pushed | & $Through
        ($back | Get-RegistryManifest).Digest | Should -BeExactly $pushed.Digest
        ($back | Save-ImageToCache).Reference | Should -BeExactly $pushed.Reference
    }

    It 'a tag, a manifest and a registry from <Way> bind' -TestCases $ways {
        (Get-RegistryTag $pushed.Reference | & $Through | Get-RegistryManifest).Digest | Should -BeExactly $pushed.Digest
        Get-RegistryManifest $pushed.Reference | Select-Object Reference | & $Through | Get-RegistryTag | Should -Not -BeNullOrEmpty
        (Get-LocalRegistry | & $Through | Get-RegistryRepository).Name | Should -Contain hello
        (Get-ImageCache | & $Through | Get-ImageCache).CachePath | Should -BeExactly (Get-ImageCache).CachePath
    }

    It 'a tar from <Way> is imported' -TestCases $ways {
        (Get-ImageTar $hello | & $Through | Import-ImageTar -Reference example.com/hello:2).Digest | Should -BeExactly $image.Digest
    }

    It 'Clixml keeps the view, the size and the age' {
        $path = Join-Path $TestDrive image.xml
        $image | Export-Clixml $path
        $back = Import-Clixml $path
        $back.PSTypeNames[0] | Should -BeExactly Deserialized.ImagePusher.Output.CachedImage
        $back | Out-String -Width 80 | Should -BeExactly ($image | Out-String -Width 80)
        $back.Size | Should -Be $image.Size
        $back.SizeText | Should -BeExactly $image.SizeText
        $back.Age | Should -BeGreaterOrEqual ([timespan]::Zero)
    }

    It 'Start-Job gives objects that bind here' {
        $back = Start-Job { Import-Module $args[0]; Get-ImageTar $args[1] } -ArgumentList $module, $hello | Receive-Job -Wait -AutoRemoveJob
        $back.PSTypeNames[0] | Should -BeExactly Deserialized.ImagePusher.Output.ImageTarEntry
        ($back | Import-ImageTar -Reference example.com/hello:job).Digest | Should -BeExactly $image.Digest
    }
}
