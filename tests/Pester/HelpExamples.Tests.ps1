# The examples of the help pages that need commands which the bare engine lacks; xunit runs the others. Each is run in a world
# of its own (tests/Help/HelpWorld.ps1) and shows what its page shows.
BeforeDiscovery {
    . "$PSScriptRoot/../Help/HelpPage.ps1"
    Import-Module "$PSScriptRoot/../../out/ImagePusher/ImagePusher.psd1" -Force
    $all = @(Get-HelpExample "$PSScriptRoot/../../docs/en-US")
    $examples = @($all | Where-Object Missing | ForEach-Object { @{ Id = $_.Id; Title = $_.Title; Output = $_.Output } })
}

Describe "$($examples.Count) of the $($all.Count) examples of the help" -Skip:$IsWindows {
    BeforeAll {
        . "$PSScriptRoot/../Help/HelpPage.ps1"
        . "$PSScriptRoot/../Help/HelpRun.ps1"
        $module = (Resolve-Path "$PSScriptRoot/../../out/ImagePusher/ImagePusher.psd1").Path
        $pages = (Resolve-Path "$PSScriptRoot/../../docs/en-US").Path
        Import-Module $module -Force
        $run = Get-HelpRun $module $pages (Get-HelpExample $pages | Where-Object Missing | ForEach-Object Id)
        Remove-Module ImagePusher
    }

    It '<Id> shows what its page shows: <Title>' -TestCases $examples {
        $shown = $run[$Id]
        ConvertTo-ComparableText $shown.Text $shown.World | Should -BeExactly (ConvertTo-ComparableText $Output)
    }
}
