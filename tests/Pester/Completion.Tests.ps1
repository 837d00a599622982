# Tab completion at a real prompt. What each completer offers is tested with the cmdlets (CompletionTests).
BeforeDiscovery {
    Import-Module "$PSScriptRoot/../../out/ImagePusher/ImagePusher.psd1" -Force
    $cmdlets = (Get-Command -Module ImagePusher).Name
}

Describe 'Tab completion' {
    BeforeAll {
        . "$PSScriptRoot/Support/Session.ps1"
        $null = New-Item -ItemType Directory (Join-Path $TestDrive docker), (Join-Path $TestDrive images)
        $null = Start-TestSession
        Push-Location $TestDrive
        $null = Import-ImageTar $hello -Reference example.com/team/app:1.0
        $null = Import-ImageTar $hello -Reference docker.io/library/nginx:latest
        $tars = 'app.tar', 'app.tar.gz', 'app.tar.zst', 'app.tgz', 'my app.tar', 'other.TAR'
        $tars + 'app.zip', 'notes.txt', 'tar' | ForEach-Object { $null = New-Item $_ }

        # The completions at the end of a line.
        function Get-Completion([string] $Line) {
            (TabExpansion2 $Line $Line.Length).CompletionMatches
        }
    }

    AfterAll {
        Pop-Location
        Stop-TestSession
    }

    It 'asks the completers of the module' {
        (Get-Completion 'Push-CachedImage ').CompletionText | Should -Be 'example.com/team/app:1.0', 'nginx:latest'
    }

    It 'offers tars and folders, and no other files, after <_>' -ForEach @(
        'Push-ImageTar ', 'Import-ImageTar ', 'Get-ImageTar ./', 'Import-ImageTar -LiteralPath ', 'Export-ImageTar x -Path ',
        'Get-ImageTar app.tar, ', 'Push-ImageTar "'
    ) {
        $offered = (Get-Completion $_).ListItemText
        $offered | Should -Contain images
        $offered.Where({ Test-Path $_ -PathType Leaf }) | Sort-Object | Should -Be ($tars | Sort-Object)
    }

    It 'quotes a path with a space' {
        (Get-Completion 'Import-ImageTar ./my').CompletionText | Should -Match "^& '|^'.*my app\.tar'$"
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
}
