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

    It 'docs/Update-Help.ps1 writes the committed help file' -Skip:(-not $hasPlatyPS) {
        & "$root/docs/Update-Help.ps1" -Target "$TestDrive/en-US"
        $committed = Get-Content "$root/src/ImagePusher/module/en-US/ImagePusher.dll-Help.xml" -Raw
        Get-Content "$TestDrive/en-US/ImagePusher.dll-Help.xml" -Raw | Should -BeExactly $committed
    }
}
