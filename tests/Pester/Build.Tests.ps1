# The scripts of the repository.
BeforeDiscovery {
    $root = Resolve-Path "$PSScriptRoot/../.."
    $scripts = Get-ChildItem $root -Recurse -File -Include *.ps1, *.psm1, *.psd1 |
        Where-Object FullName -NotMatch '[\\/](out|bin|obj)[\\/]' |
        ForEach-Object { @{ Name = [IO.Path]::GetRelativePath($root, $_.FullName); Path = $_.FullName } }
    $hasPlatyPS = [bool] (Get-Module Microsoft.PowerShell.PlatyPS -ListAvailable)
}

Describe 'Scripts' {
    BeforeAll {
        $root = Resolve-Path "$PSScriptRoot/../.."
        function Get-Tree([string] $Path) {
            $errors = $null
            $tree = [Management.Automation.Language.Parser]::ParseFile($Path, [ref] $null, [ref] $errors)
            $errors | Should -BeNullOrEmpty
            $tree
        }
    }

    It '<Name> has no syntax error' -TestCases $scripts {
        Get-Tree $Path
    }

    It 'build.ps1 implements each task that it accepts, and no other' {
        $tree = Get-Tree "$root/build.ps1"
        $tasks = (Get-Command "$root/build.ps1").Parameters['Task'].Attributes.ValidValues
        $switch = $tree.Find({ $args[0] -is [Management.Automation.Language.SwitchStatementAst] }, $false)
        $switch.Clauses.Item1.Value | Sort-Object | Should -Be ($tasks | Sort-Object)
    }

    It 'build.ps1 lists its tasks if another is requested' {
        { & "$root/build.ps1" Nonsense } | Should -Throw '*Build*Quickstart*Test*Docs*Package*Benchmark*Clean*'
    }

    It 'build.ps1 rejects "<Arguments>" before it builds' -TestCases @(
        @{ Arguments = 'Build -Tar x.tar'; Message = 'The task Build does not take -Tar.*' }
        @{ Arguments = 'Test -Registry localhost:5000'; Message = 'The task Test does not take -Registry.*' }
        @{ Arguments = 'Clean -Long'; Message = 'The task Clean does not take -Long.*' }
        @{ Arguments = 'Quickstart other'; Message = "The task Quickstart does not take the argument 'other'.*" }
        @{ Arguments = 'Package -NoBild'; Message = "The task Package does not take the argument '-NoBild'.*" }
        @{ Arguments = 'Quickstart -Tar missing.tar'; Message = "The image tar 'missing.tar' does not exist.*" }
    ) {
        { Invoke-Expression "& '$root/build.ps1' $Arguments" } | Should -Throw $Message
    }

    It 'build.ps1 only says what it would do with -WhatIf' {
        & "$root/build.ps1" Clean -WhatIf | Should -BeNullOrEmpty
        "$root/out/ImagePusher/ImagePusher.psd1" | Should -Exist
    }

    It '<Name> has help if a user calls it' -TestCases $scripts.Where({ $_.Name -match '^(build\.ps1|docs[\\/]|src[\\/]AheadProfile)' }) {
        (Get-Help $Path).Synopsis.Trim() | Should -Match '\.$'
    }

    It 'quickstart.ps1 shows why a push failed' {
        Import-Module "$root/out/ImagePusher/ImagePusher.psd1" -Force
        Set-Content "$TestDrive/no.tar" 'It is not a tar'
        { & "$root/docs/examples/quickstart.ps1" -Tar "$TestDrive/no.tar" } | Should -Throw '*no.tar*'
    }

    It 'docs/Update-Help.ps1 writes the committed help file' -Skip:(-not $hasPlatyPS) {
        & "$root/docs/Update-Help.ps1" -Target "$TestDrive/en-US"
        $committed = Get-Content "$root/src/ImagePusher/module/en-US/ImagePusher.dll-Help.xml" -Raw
        Get-Content "$TestDrive/en-US/ImagePusher.dll-Help.xml" -Raw | Should -BeExactly $committed
    }
}
