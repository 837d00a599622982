# The views of the objects: table, list and string.
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

    It 'the table of <Type> fits 80 columns and shows <Key>' -TestCases $types {
        $object = @(& $Make)[0]
        $object.GetType().FullName | Should -BeExactly "ImagePusher.Output.$Type"
        $lines = ($object | Format-Table | Out-String -Width 80).Trim("`r", "`n") -split '\r?\n'
        # A grouped table has a line with its group and an empty line first.
        if ($lines[0] -match '^ +\S+: ') { $lines = $lines[([array]::IndexOf($lines, '') + 1)..($lines.Count - 1)] }
        $lines.Count | Should -Be 3 -Because 'a heading of two lines is hard to read'
        $lines.ForEach({ $_.TrimEnd().Length }) | Should -BeLessOrEqual 80
        $lines[2] | Should -BeLike "*$($object.$Key)*"
    }

    It 'the list of <Type> shows every property' -TestCases $types {
        $object = @(& $Make)[0]
        $shown = [regex]::Matches(($object | Format-List | Out-String -Width 200), '(?m)^(\w+) +:').ForEach({ $_.Groups[1].Value })
        $all = $object.PSObject.Properties.Where({ $_.MemberType -eq 'Property' }).Name
        # Parts of the reference, the bytes of a manifest and FullName, which repeats Path, are not shown.
        $all.Where({ $_ -notin $shown -and $_ -notin 'Raw', 'Repository', 'Registry', 'Tag', 'FullName' }) | Should -BeNullOrEmpty
    }

    It 'without Format-Table <Type> is a table, not a list' -TestCases $types {
        @(& $Make)[0] | Out-String -Width 80 | Should -BeExactly (@(& $Make)[0] | Format-Table | Out-String -Width 80)
    }

    It 'a narrow console truncates the name last' {
        $line = ((Get-CachedImage hello* | Out-String -Width 60).Trim() -split '\r?\n')[2]
        $line.Length | Should -BeLessOrEqual 60
        $line | Should -BeLike '*docker.io/*'
    }

    It 'sizes have units in the view and are bytes in the property' {
        $image = Get-CachedImage hello*
        $image.Size | Should -BeOfType long
        $image | Out-String | Should -BeLike "*$($image.SizeText)*"
        $image.SizeText | Should -Match '^[\d.]+ KB$'
        $image.Age | Should -BeOfType timespan
    }

    It 'the string of an object is accepted by the next cmdlet' {
        "$(Get-CachedImage hello*)" | Should -BeExactly (Get-CachedImage hello*).Reference
        Get-RegistryTag "$pushed" | Should -Not -BeNullOrEmpty
        "$server" | Should -BeExactly $server.Registry
    }

    It 'an error shows its recommended action and no stack trace' {
        $shown = Get-CachedImage missing:1 -ErrorAction Continue 2>&1 | Out-String -Width 120
        $shown | Should -BeLike '*missing:1*'
        $shown | Should -BeLike '*Recommendation:*'
        $shown | Should -Not -Match '\bat ImagePusher\.|Exception'
    }
}
