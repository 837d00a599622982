# Get-Help as a person uses it at the prompt.
BeforeDiscovery {
    Import-Module "$PSScriptRoot/../../out/ImagePusher/ImagePusher.psd1" -Force
    $cmdlets = (Get-Command -Module ImagePusher -CommandType Cmdlet).ForEach({ @{ Name = $_.Name } })
}

Describe 'Get-Help' {
    BeforeAll {
        Import-Module "$PSScriptRoot/../../out/ImagePusher/ImagePusher.psd1" -Force
        function Read-Help { Get-Help @args | Out-String -Width 80 }
    }

    It '-Full of <Name> has every part, and none is a placeholder' -TestCases $cmdlets {
        $shown = Read-Help $Name -Full
        foreach ($part in 'NAME', 'SYNOPSIS', 'SYNTAX', 'DESCRIPTION', 'PARAMETERS', 'INPUTS', 'OUTPUTS', 'NOTES', 'RELATED LINKS') {
            $shown | Should -MatchExactly "(?m)^$part\s*$"
        }
        $shown | Should -Not -Match '\{\{|```|\*\*|\]\('
    }

    It '-Examples of <Name> has at least three, in order' -TestCases $cmdlets {
        $titles = [regex]::Matches((Read-Help $Name -Examples), '(?m)^    -+ Example (\d+): .+ -+\s*$')
        $titles.Count | Should -BeGreaterOrEqual 3
        $titles.ForEach({ [int] $_.Groups[1].Value }) | Should -Be (1..$titles.Count)
    }

    It '-Parameter shows the description of a parameter, its default and its pipeline input' {
        $parameter = Get-Help Push-ImageTar -Parameter ThrottleLimit
        $parameter.defaultValue | Should -Be 6
        $parameter.description.Text | Should -Match '1 to 64'
        (Get-Help Push-CachedImage -Parameter Reference).pipelineInput | Should -Be 'true (ByValue, ByPropertyName)'
        (Get-Help Get-CachedImage -Parameter Reference).globbing | Should -Be 'true'
    }

    It '-Online says that the page has no address, until a release sets it' {
        $failure = { Get-Help Push-ImageTar -Online } | Should -Throw -PassThru
        $failure.Exception.Message | Should -Match 'Internet address \(URI\) of the Help topic is not specified'
    }

    It '-Online opens the page of the release that <Address> names' -TestCases @(
        @{ Address = 'https://git.example.com/owner/ImagePusher' }
        @{ Address = 'https://git.example.com/owner/ImagePusher/' }
    ) {
        . "$PSScriptRoot/../../src/Packaging.ps1"
        $copy = "$TestDrive/$(New-Guid)/ImagePusher"
        Copy-Item "$PSScriptRoot/../../out/ImagePusher" $copy -Recurse
        Set-ProjectUri $copy $Address
        $module = Test-ModuleManifest "$copy/ImagePusher.psd1"
        $module.ProjectUri | Should -Be 'https://git.example.com/owner/ImagePusher'
        Get-Nuspec $module | Should -BeLike '*<projectUrl>https://git.example.com/owner/ImagePusher</projectUrl>*'
        # The root's declaration of the prefix 'command' has this name too, but it is not an element.
        $commands = ([xml] (Get-Content "$copy/en-US/ImagePusher.dll-Help.xml" -Raw)).helpItems.command.Where({ $_ -is [Xml.XmlElement] })
        $commands.Count | Should -Be @(Get-Command -Module ImagePusher).Count
        foreach ($command in $commands) {
            $page = "https://git.example.com/owner/ImagePusher/blob/v$($module.Version)/docs/en-US/$($command.details.name).md"
            @($command.relatedLinks.navigationLink)[0].uri | Should -Be $page
        }
    }

    It 'finds the topics by a wildcard, with their first sentence' {
        $topics = Get-Help 'about_ImagePusher*' | Sort-Object Name
        $topics.Name | Should -Be about_ImagePusher, about_ImagePusher_Cache, about_ImagePusher_CI, about_ImagePusher_Credentials
        $topics.Synopsis | Should -Match '^[A-Z].{20,}\.$'
    }

    It 'shows a topic by its exact name although others begin with it' {
        $shown = Read-Help about_ImagePusher
        $shown | Should -MatchExactly '(?m)^LONG DESCRIPTION'
        $shown | Should -MatchExactly '(?m)^    registry  cache     Save-ImageToCache'
        $shown | Should -Not -MatchExactly '(?m)^Name +:'
    }
}
