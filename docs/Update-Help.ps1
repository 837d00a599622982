# Brings the help up to date with the built module, in a PowerShell with Microsoft.PowerShell.PlatyPS 1:
#   dotnet build src/ImagePusher && pwsh docs/Update-Help.ps1 [-Pages]
# -Pages first updates the syntax and the parameters of docs/en-US from the module (new parameters get a placeholder to be
# filled in). Then docs/en-US becomes src/ImagePusher/Module/en-US/ImagePusher.dll-Help.xml, which is committed.
param([switch] $Pages)
$ErrorActionPreference = 'Stop'
Import-Module Microsoft.PowerShell.PlatyPS
$root = Split-Path $PSScriptRoot
$folder = Join-Path $PSScriptRoot en-US
$target = Join-Path $root src ImagePusher Module en-US
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

# platyPS 1.0.3 writes no default values, puts a whole example with its fences into the introduction, separates paragraphs
# by U+0080, drops the descriptions from the syntax, and adds an empty link. Get-Help shows all that, so it is mended here.
$space = [Xml.XmlNamespaceManager]::new($maml.NameTable)
$space.AddNamespace('maml', 'http://schemas.microsoft.com/maml/2004/10')
$space.AddNamespace('command', 'http://schemas.microsoft.com/maml/dev/command/2004/10')
$space.AddNamespace('dev', 'http://schemas.microsoft.com/maml/dev/2004/10')
function New-Text([string] $Prefix, [string] $Name, [string] $Text) {
    $element = $maml.CreateElement($Prefix, $Name, $space.LookupNamespace($Prefix))
    $element.InnerText = $Text
    $element
}

foreach ($para in @($maml.SelectNodes('//maml:para', $space))) {
    if ($para.InnerText.Trim([char]0x80, ' ') -eq '') { $null = $para.ParentNode.RemoveChild($para); continue }
    # A console has no links and no bold.
    $para.InnerText = $para.InnerText -replace '\[([^\]]+)\]\([^)]+\)', '$1' -replace '\*\*([^*]+)\*\*', '$1'
}

foreach ($example in $maml.SelectNodes('//command:example', $space)) {
    $title = $example.SelectSingleNode('maml:title', $space)
    $title.InnerText = $title.InnerText.Trim('-', ' ')
    $paras = @($example.SelectNodes('maml:introduction/maml:para', $space)).ForEach({ $_.InnerText })
    $code, $after = @($paras.Where({ $_.StartsWith('```powershell') })), @($paras.Where({ -not $_.StartsWith('```powershell') }))
    $example.SelectSingleNode('dev:code', $space).InnerText = $code.ForEach({ ($_ -split '\r?\n')[1..($_.Split("`n").Count - 2)] -join "`n" }) -join "`n"
    $null = $example.RemoveChild($example.SelectSingleNode('maml:introduction', $space))
    $remarks = $example.SelectSingleNode('dev:remarks', $space)
    foreach ($text in $after) {
        $null = $remarks.AppendChild((New-Text maml para ($text -replace '(?m)^```(output)?\r?\n?').TrimEnd()))
    }
    $null = $remarks.AppendChild((New-Text maml para ''))
}

foreach ($command in $maml.SelectNodes('//command:command', $space)) {
    $name = $command.SelectSingleNode('command:details/command:name', $space).InnerText
    $help = $pagesHelp.Where({ $_.Title -eq $name })[0]
    foreach ($parameter in $command.SelectNodes('.//command:parameter', $space)) {
        $known = $help.Parameters.Where({ $_.Name -eq $parameter.SelectSingleNode('maml:name', $space).InnerText })[0]
        if ($known.DefaultValue) { $null = $parameter.AppendChild((New-Text dev defaultValue $known.DefaultValue)) }
        # Only the list of parameters tells the position as 'Named' and types by their full names.
        $parameter.SetAttribute('aliases', ($known.Aliases ? $known.Aliases -join ', ' : 'none'))
        $parameter.SetAttribute('globbing', "$($known.SupportsWildcards)".ToLowerInvariant())
    }
    foreach ($link in @($command.SelectNodes('.//maml:navigationLink', $space))) {
        $uri = $link.SelectSingleNode('maml:uri', $space)
        if ($link.SelectSingleNode('maml:linkText', $space).InnerText -eq 'Online Version') { $null = $link.ParentNode.RemoveChild($link) } else { $uri.InnerText = '' }
    }
}

$null = New-Item -ItemType Directory -Force $target
$settings = [Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n"; Encoding = [Text.UTF8Encoding]::new($false) }
$path = Join-Path $target ImagePusher.dll-Help.xml
$writer = [Xml.XmlWriter]::Create($path, $settings)
try { $maml.Save($writer) } finally { $writer.Dispose() }
Get-Item $path
