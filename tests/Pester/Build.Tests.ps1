# The scripts of the repository, above all what of build.ps1 only a real pwsh can run.
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

    It 'build.ps1 does something for each task that it takes, and for no other' {
        $tree = Get-Tree "$root/build.ps1"
        $tasks = (Get-Command "$root/build.ps1").Parameters['Task'].Attributes.ValidValues
        $switch = $tree.Find({ $args[0] -is [Management.Automation.Language.SwitchStatementAst] }, $false)
        $switch.Clauses.Item1.Value | Sort-Object | Should -Be ($tasks | Sort-Object)
    }

    It 'what build.ps1 runs in pwsh has no syntax error' {
        $calls = (Get-Tree "$root/build.ps1").FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] -and $args[0].GetCommandName() -eq 'Invoke-Pwsh' }, $true)
        @($calls).Count | Should -BeGreaterOrEqual 1
        foreach ($call in $calls) {
            $errors = $null
            $null = [Management.Automation.Language.Parser]::ParseInput($call.CommandElements[1].Value, [ref] $null, [ref] $errors)
            $errors | Should -BeNullOrEmpty
        }
    }

    It 'build.ps1 names its tasks to who asks for another' {
        { & "$root/build.ps1" Nonsense } | Should -Throw '*Build*Test*Pester*Docs*Package*Clean*'
    }

    It 'docs/Update-Help.ps1 makes the help that is committed' -Skip:(-not $hasPlatyPS) {
        & "$root/docs/Update-Help.ps1" -Target "$TestDrive/en-US"
        Get-Content "$TestDrive/en-US/ImagePusher.dll-Help.xml" -Raw | Should -BeExactly (Get-Content "$root/src/ImagePusher/module/en-US/ImagePusher.dll-Help.xml" -Raw)
    }
}
