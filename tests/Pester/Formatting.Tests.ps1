# Views in a console. What each table and list contains is tested with the format file (ViewTests).
BeforeDiscovery {
    # An object of each output type, and the property that its table must show completely.
    $types = @(
        @{ Type = 'CachedImage'; Make = { Get-CachedImage hello* }; Key = 'Reference' }
        @{ Type = 'CachedImageTest'; Make = { Test-CachedImage hello* }; Key = 'Reference' }
        @{ Type = 'ImageCacheInfo'; Make = { Get-ImageCache }; Key = 'Images' }
        @{ Type = 'ImageCacheCleanup'; Make = { Optimize-ImageCache }; Key = 'Kept' }
        @{ Type = 'ImageTarEntry'; Make = { Get-ImageTar $hello }; Key = 'Reference' }
        @{ Type = 'ImagePushResult'; Make = { $pushed }; Key = 'Reference' }
        @{ Type = 'RegistryManifest'; Make = { Get-RegistryManifest $pushed.Reference }; Key = 'Reference' }
        @{ Type = 'ManifestEntry'; Make = { (Get-RegistryManifest $pushed.Reference).Layers[0] }; Key = 'MediaType' }
        @{ Type = 'RegistryTag'; Make = { Get-RegistryTag $pushed.Reference }; Key = 'Tag' }
        @{ Type = 'RegistryRepositoryInfo'; Make = { Get-RegistryRepository $server.Registry }; Key = 'Name' }
        @{ Type = 'RegistryOption'; Make = { Get-RegistryOption $server.Registry }; Key = 'Registry' }
        @{ Type = 'RegistryConnection'; Make = { Get-RegistryConnection }; Key = 'Registry' }
        @{ Type = 'LocalRegistryInfo'; Make = { Get-LocalRegistry }; Key = 'Registry' }
    )
}

Describe 'Views' {
    BeforeAll {
        . "$PSScriptRoot/Support/Session.ps1"
        $server = Start-TestSession
        $null = Connect-Registry $server.Registry
        $null = Import-ImageTar $hello -Reference hello:1
        $pushed = Push-ImageTar $hello -Destination "$($server.Registry)/hello:1"
        $PSStyle.OutputRendering = 'PlainText'
    }

    AfterAll { Stop-TestSession }

    It 'the table of <Type> has a heading of one line and shows <Key>' -TestCases $types {
        $object = @(& $Make)[0]
        $object.GetType().FullName | Should -BeExactly "ImagePusher.Output.$Type"
        $lines = ($object | Format-Table | Out-String -Width 80).Trim("`r", "`n") -split '\r?\n'
        # A grouped table has a line with its group and an empty line first.
        if ($lines[0] -match '^ +\S+: ') { $lines = $lines[([array]::IndexOf($lines, '') + 1)..($lines.Count - 1)] }
        $lines.Count | Should -Be 3 -Because 'a heading of two lines is hard to read'
        $lines[2] | Should -BeLike "*$($object.$Key)*"
    }

    It 'a narrow console truncates the name last' {
        $line = ((Get-CachedImage hello* | Out-String -Width 60).Trim() -split '\r?\n')[2]
        $line.Length | Should -BeLessOrEqual 60
        $line | Should -BeLike '*docker.io/*'
    }

    It 'an error shows its recommended action and no stack trace' {
        $shown = Get-CachedImage missing:1 -ErrorAction Continue 2>&1 | Out-String -Width 120
        $shown | Should -BeLike '*missing:1*'
        $shown | Should -BeLike '*Recommendation:*'
        $shown | Should -Not -Match '\bat ImagePusher\.|Exception'
    }
}
