# Objects from a file or from another process keep their values and bind to the next cmdlet.
Describe 'Objects from a file' {
    BeforeDiscovery {
        # Clixml and JSON are tested for every type and cmdlet without a shell (BindingTableTests).
        $ways = @(@{ Way = 'CSV'; Through = { $input | ConvertTo-Csv | ConvertFrom-Csv } })
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

    It 'Start-Job shares the cache, and its objects bind here' {
        $back = Start-Job { Import-Module $args[0]; Set-ImageCache $args[1]; Import-ImageTar $args[2] -Reference example.com/hello:job } `
            -ArgumentList $module, (Get-ImageCache).CachePath, $hello | Receive-Job -Wait -AutoRemoveJob
        $back.PSTypeNames[0] | Should -BeExactly Deserialized.ImagePusher.Output.CachedImage
        $result = $back | Push-CachedImage -Destination "$($server.Registry)/job/"
        $result.Digest | Should -BeExactly $image.Digest
        $result.Uploaded | Should -Be 0 -Because 'the session has sent the layer already'
    }
}
