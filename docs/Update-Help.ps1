<#
.SYNOPSIS
Updates the help of the module from docs/en-US. Requires Microsoft.PowerShell.PlatyPS 1 and the built module.
.DESCRIPTION
Converts docs/en-US to src/ImagePusher/module/en-US/ImagePusher.dll-Help.xml, which is committed.
.PARAMETER Pages
First updates the syntax and parameters in docs/en-US from the module; new parameters get a placeholder.
.PARAMETER Target
Another folder for the help file.
.EXAMPLE
dotnet build src/ImagePusher && pwsh docs/Update-Help.ps1 -Pages
#>
[CmdletBinding()]
param([switch] $Pages, [string] $Target = (Join-Path (Split-Path $PSScriptRoot) src ImagePusher module en-US))
$ErrorActionPreference = 'Stop'
Import-Module Microsoft.PowerShell.PlatyPS
$root = Split-Path $PSScriptRoot
$folder = Join-Path $PSScriptRoot en-US
if ($Pages) {
    Import-Module (Join-Path $root out ImagePusher ImagePusher.psd1)
    Get-ChildItem $folder -Filter *-*.md | Update-MarkdownCommandHelp -NoBackup | Out-Null
}

$temp = [IO.Directory]::CreateTempSubdirectory('imagepusher-maml-').FullName
try {
    $pagesHelp = Get-ChildItem $folder -Filter *-*.md | Sort-Object Name | Import-MarkdownCommandHelp
    $file = $pagesHelp | Export-MamlCommandHelp -OutputFolder $temp
    $maml = [xml]::new()
    $maml.PreserveWhitespace = $false
    $maml.Load(@($file)[0].FullName)
} finally {
    Remove-Item $temp -Recurse -Force
}

# platyPS 1.0.3 writes no default values, writes an example with its fences as the introduction, separates paragraphs by U+0080,
# omits the descriptions from the syntax, and adds an empty link. Get-Help would show all of that, so it is corrected here.
$space = [Xml.XmlNamespaceManager]::new($maml.NameTable)
$space.AddNamespace('maml', 'http://schemas.microsoft.com/maml/2004/10')
$space.AddNamespace('command', 'http://schemas.microsoft.com/maml/dev/command/2004/10')
$space.AddNamespace('dev', 'http://schemas.microsoft.com/maml/dev/2004/10')
function New-Text([string] $Prefix, [string] $Name, [string] $Text) {
    $element = $maml.CreateElement($Prefix, $Name, $space.LookupNamespace($Prefix))
    $element.InnerText = $Text
    $element
}

# A console shows no links and no bold text.
function ConvertTo-PlainText([string] $Markdown) {
    $Markdown -replace '\[([^\]]+)\]\([^)]+\)', '$1' -replace '\*\*([^*]+)\*\*', '$1'
}

# The output of an example is one paragraph, because leading spaces of later paragraphs are lost.
function Set-Example([Xml.XmlElement] $Element, $Example) {
    # The dashes separate the examples, as in the help of in-box cmdlets.
    $Element.SelectSingleNode('maml:title', $space).InnerText = "-------- $($Example.Title) --------"
    $null = $Element.RemoveChild($Element.SelectSingleNode('maml:introduction', $space))
    $remarks = $Element.SelectSingleNode('dev:remarks', $space)
    $blocks = '(?ms)^```(?<language>\w+)\r?\n(?<text>.*?)\r?\n```$|^(?!```)\S[^\r\n]*'
    $code = foreach ($part in [regex]::Matches($Example.Remarks, $blocks)) {
        if ($part.Groups['language'].Value -eq 'powershell') { $part.Groups['text'].Value; continue }
        $text = $part.Groups['text'].Success ? $part.Groups['text'].Value : (ConvertTo-PlainText $part.Value)
        $null = $remarks.AppendChild((New-Text maml para $text))
    }
    $null = $remarks.AppendChild((New-Text maml para ''))
    $Element.SelectSingleNode('dev:code', $space).InnerText = $code -join "`n"
}

foreach ($para in @($maml.SelectNodes('//maml:para', $space))) {
    if ($para.InnerText.Trim([char]0x80, ' ') -eq '') { $null = $para.ParentNode.RemoveChild($para); continue }
    $para.InnerText = ConvertTo-PlainText $para.InnerText
}

foreach ($command in $maml.SelectNodes('//command:command', $space)) {
    $name = $command.SelectSingleNode('command:details/command:name', $space).InnerText
    $help = $pagesHelp.Where({ $_.Title -eq $name })[0]
    $number = 0
    foreach ($example in $command.SelectNodes('.//command:example', $space)) { Set-Example $example $help.Examples[$number++] }
    foreach ($parameter in $command.SelectNodes('.//command:parameter', $space)) {
        $known = $help.Parameters.Where({ $_.Name -eq $parameter.SelectSingleNode('maml:name', $space).InnerText })[0]
        if ($known.DefaultValue) { $null = $parameter.AppendChild((New-Text dev defaultValue $known.DefaultValue)) }
        # Only the list of parameters shows the position as 'Named' and types by their full names.
        $parameter.SetAttribute('aliases', ($known.Aliases ? $known.Aliases -join ', ' : 'none'))
        $parameter.SetAttribute('globbing', "$($known.SupportsWildcards)".ToLowerInvariant())
    }
    foreach ($link in @($command.SelectNodes('.//maml:navigationLink', $space))) {
        $uri = $link.SelectSingleNode('maml:uri', $space)
        $isOnline = $link.SelectSingleNode('maml:linkText', $space).InnerText -eq 'Online Version'
        if ($isOnline) { $null = $link.ParentNode.RemoveChild($link) } else { $uri.InnerText = '' }
    }
}

$null = New-Item -ItemType Directory -Force $Target
$settings = [Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n"; Encoding = [Text.UTF8Encoding]::new($false) }
$path = Join-Path $Target ImagePusher.dll-Help.xml
$writer = [Xml.XmlWriter]::Create($path, $settings)
try { $maml.Save($writer) } finally { $writer.Dispose() }
Get-Item $path
