# A step of a CI service ends with the right exit code: scripts in processes of their own, as the services start them.
Describe 'The exit code of a CI step' {
    BeforeAll {
        . "$PSScriptRoot/Support/Session.ps1"
        $server = Start-TestSession
        $null = New-Item -ItemType Directory "$TestDrive/good/images", "$TestDrive/mixed/images", "$TestDrive/bad/images"
        Copy-Item $hello "$TestDrive/good/images/a.tar"
        Copy-Item $hello "$TestDrive/mixed/images/b.tar"
        Set-Content "$TestDrive/mixed/images/a.tar", "$TestDrive/bad/images/a.tar" 'This is no tar.'

        # Runs a step in a folder as GitHub Actions and Azure Pipelines do, or by -File; gives what it wrote and its exit code.
        function Invoke-Step([string] $Folder, [string] $Script, [string] $Service) {
            $step = Join-Path $TestDrive "$([guid]::NewGuid()).ps1"
            $tail = $Service -eq 'GitHub' ? "`nif ((Test-Path -LiteralPath variable:\LASTEXITCODE)) { exit `$LASTEXITCODE }" : ''
            Set-Content $step "`$ErrorActionPreference = 'stop'`nImport-Module '$module'`nSet-ImageCache '$TestDrive/step-cache'`n$Script$tail"
            Push-Location (Join-Path $TestDrive $Folder)
            $start = $Service -eq 'File' ? @('-File', $step) : @('-Command', ". '$step'")
            $written = pwsh -NoProfile -NonInteractive @start 2>&1 | Out-String
            Pop-Location
            # Errors are broken into lines, with a bar before each.
            [pscustomobject]@{ Text = $written -replace '[\s|]+', ' '; ExitCode = $LASTEXITCODE }
        }

        # The first script that about_ImagePusher_CI shows under EXIT CODES.
        $page = Get-Content "$PSScriptRoot/../../docs/about/about_ImagePusher_CI.md" -Raw
        $shown = [regex]::Match($page, '(?s)## EXIT CODES.*?```powershell\n(.*?)\n```').Groups[1].Value
        $goOn = $shown.Replace('ghcr.io/me/', "$($server.Registry)/step/")
        $goOn | Should -Match 'ErrorVariable'
    }

    AfterAll { Stop-TestSession }

    It 'is 1 after the first error, which is told with its cure and without a stack' {
        $step = Invoke-Step bad "Push-ImageTar ./images/a.tar -Destination $($server.Registry)/step/`n'not here'" Azure
        $step.ExitCode | Should -Be 1
        $step.Text | Should -BeLike '*Recommendation:*'
        $step.Text | Should -Not -Match 'not here|\bat ImagePusher\.|Exception'
    }

    It 'is <Code> for the folder <Folder> by the script of about_ImagePusher_CI, and what is good arrives' -ForEach @(
        @{ Folder = 'good'; Code = 0 }
        @{ Folder = 'mixed'; Code = 1 }
    ) {
        $step = Invoke-Step $Folder $goOn GitHub
        $step.ExitCode | Should -Be $Code
        $step.Text | Should -BeLike "*$($server.Registry)/step/hello:1.0*"
        ($step.Text -like '*a.tar*is not an image archive*') | Should -Be ($Code -ne 0)
    }

    It 'is the script''s own by -File, and 1 on the services, which start it by -Command' {
        $script = "try { Save-ImageToCache $($server.Registry)/none:1 } catch [ImagePusher.Core.ManifestNotFoundException] { exit 75 }"
        (Invoke-Step good $script Azure).ExitCode | Should -Be 1
        (Invoke-Step good $script File).ExitCode | Should -Be 75
    }
}
