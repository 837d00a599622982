# The exit code of a CI step: scripts in separate processes, started as the services start them.
Describe 'The exit code of a CI step' {
    BeforeAll {
        . "$PSScriptRoot/Support/Session.ps1"
        $server = Start-TestSession
        $null = New-Item -ItemType Directory "$TestDrive/good/images", "$TestDrive/mixed/images", "$TestDrive/bad/images"
        Copy-Item $hello "$TestDrive/good/images/a.tar"
        Copy-Item $hello "$TestDrive/mixed/images/b.tar"
        Set-Content "$TestDrive/mixed/images/a.tar", "$TestDrive/bad/images/a.tar" 'It is not a tar'

        # Runs a step in a folder as GitHub Actions and Azure Pipelines do, or with -File; returns its output and exit code.
        function Invoke-Step([string] $Folder, [string] $Script, [string] $Service) {
            $step = Join-Path $TestDrive "$([guid]::NewGuid()).ps1"
            $tail = $Service -eq 'GitHub' ? "`nif ((Test-Path -LiteralPath variable:\LASTEXITCODE)) { exit `$LASTEXITCODE }" : ''
            $prepare = "`$ErrorActionPreference = 'stop'`nImport-Module '$module'`nSet-ImageCache '$TestDrive/step-cache'`n"
            Set-Content $step "$prepare$Script$tail"
            Push-Location (Join-Path $TestDrive $Folder)
            $start = $Service -eq 'File' ? @('-File', $step) : @('-Command', ". '$step'")
            $written = pwsh -NoProfile -NonInteractive @start 2>&1 | Out-String
            Pop-Location
            # The error view wraps lines and puts a bar before each.
            [pscustomobject]@{ Text = $written -replace '[\s|]+', ' '; ExitCode = $LASTEXITCODE }
        }

        # The first script under EXIT CODES in about_ImagePusher_CI.
        $page = Get-Content "$PSScriptRoot/../../docs/about/about_ImagePusher_CI.md" -Raw
        $shown = [regex]::Match($page, '(?s)## EXIT CODES.*?```powershell\n(.*?)\n```').Groups[1].Value
        $continue = $shown.Replace('ghcr.io/me/', "$($server.Registry)/step/")
        $continue | Should -Match 'ErrorVariable'
    }

    AfterAll { Stop-TestSession }

    It 'is 1 after the first error, which ends the script' {
        $step = Invoke-Step bad "Push-ImageTar ./images/a.tar -Destination $($server.Registry)/step/`n'not reached'" Azure
        $step.ExitCode | Should -Be 1
        $step.Text | Should -Not -Match 'not reached'
    }

    It 'is <Code> for the folder <Folder> with the script of about_ImagePusher_CI, and the valid images are pushed' -ForEach @(
        @{ Folder = 'good'; Code = 0 }
        @{ Folder = 'mixed'; Code = 1 }
    ) {
        $step = Invoke-Step $Folder $continue GitHub
        $step.ExitCode | Should -Be $Code
        $step.Text | Should -BeLike "*$($server.Registry)/step/hello:1.0*"
        ($step.Text -like '*a.tar*is not an image archive*') | Should -Be ($Code -ne 0)
    }

    It 'is the script''s own with -File, and 1 on the services, which use -Command' {
        $script = "try { Save-ImageToCache $($server.Registry)/none:1 } catch [ImagePusher.Core.ManifestNotFoundException] { exit 75 }"
        (Invoke-Step good $script Azure).ExitCode | Should -Be 1
        (Invoke-Step good $script File).ExitCode | Should -Be 75
    }
}
