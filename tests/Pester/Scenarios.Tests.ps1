# The scripts of tests/Scenarios in a real pwsh, against the module's own local registry; xunit runs the same ones in the
# bare engine against docker-registry.
BeforeDiscovery {
    $scenarios = Get-ChildItem "$PSScriptRoot/../Scenarios/*.ps1" | ForEach-Object { @{ Name = $_.BaseName; Path = $_.FullName } }
}

Describe 'Scenarios' {
    BeforeAll {
        Import-Module "$PSScriptRoot/../../out/ImagePusher/ImagePusher.psd1" -Force
        $tar = Resolve-Path "$PSScriptRoot/../../docs/examples/hello.tar"
    }

    BeforeEach {
        Set-ImageCache (Join-Path $TestDrive ([guid]::NewGuid()))
        $server = Start-LocalRegistry -Port 0 -Path (Join-Path $TestDrive ([guid]::NewGuid()))
    }

    AfterEach {
        $server | Stop-LocalRegistry
    }

    It '<Name> runs to its end' -TestCases $scenarios {
        $given = @{ Tar = "$tar"; Registry = $server.Registry; Folder = "$TestDrive" }
        $wanted = (Get-Command $Path).Parameters.Keys
        $arguments = @{}
        $given.Keys | Where-Object { $_ -in $wanted } | ForEach-Object { $arguments[$_] = $given[$_] }
        & $Path @arguments | Should -Not -BeNullOrEmpty
    }
}
