# The scripts of tests/Scenarios, which use a local registry.
BeforeDiscovery {
    $scenarios = Get-ChildItem "$PSScriptRoot/../Scenarios/*.ps1" | ForEach-Object { @{ Name = $_.BaseName; Path = $_.FullName } }
}

Describe 'Scenarios' {
    BeforeAll { . "$PSScriptRoot/Support/Session.ps1" }

    BeforeEach { $server = Start-TestSession }

    AfterEach { Stop-TestSession }

    It '<Name> runs to its end' -TestCases $scenarios {
        $given = @{ Tar = $hello; Registry = $server.Registry; Folder = "$TestDrive" }
        $wanted = (Get-Command $Path).Parameters.Keys
        $arguments = @{}
        $given.Keys | Where-Object { $_ -in $wanted } | ForEach-Object { $arguments[$_] = $given[$_] }
        & $Path @arguments | Should -Not -BeNullOrEmpty
    }
}
