# What build.ps1 packs with: zips whose bytes depend on their content alone, and the package of a module as the PowerShell
# Gallery takes it. Dot-source it. Only the language and .NET: the bundled shell runs it too.

# The time that the packages carry: SOURCE_DATE_EPOCH, else that of the last commit.
function Get-SourceTime([string] $Folder) {
    $seconds = $env:SOURCE_DATE_EPOCH
    if (-not $seconds) {
        $seconds = git -C $Folder log -1 --format=%ct
        if ($LASTEXITCODE -ne 0) { throw 'The packages carry a time: set SOURCE_DATE_EPOCH where there is no git repository.' }
    }
    [DateTimeOffset]::FromUnixTimeSeconds([long] $seconds)
}

# The files below a folder, in an order that no language or file system changes: name below it (with '/') and bytes.
function Get-FolderContent([string] $Folder, [string] $Prefix = '') {
    $content = [ordered]@{}
    $files = [IO.Directory]::GetFiles($Folder, '*', [IO.SearchOption]::AllDirectories)
    $names = [string[]] ($files | ForEach-Object { [IO.Path]::GetRelativePath($Folder, $_).Replace('\', '/') })
    [Array]::Sort($names, [StringComparer]::Ordinal)
    foreach ($name in $names) { $content["$Prefix$name"] = [IO.File]::ReadAllBytes([IO.Path]::Combine($Folder, $name)) }
    $content
}

function Export-Zip([Collections.IDictionary] $Content, [string] $Path, [DateTimeOffset] $Time) {
    $zip = [IO.Compression.ZipArchive]::new([IO.File]::Create($Path), [IO.Compression.ZipArchiveMode]::Create)
    try {
        foreach ($name in $Content.Keys) {
            $entry = $zip.CreateEntry($name, [IO.Compression.CompressionLevel]::SmallestSize)
            $entry.LastWriteTime = $Time
            $stream = $entry.Open()
            $stream.Write($Content[$name], 0, $Content[$name].Length)
            $stream.Dispose()
        }
    } finally {
        $zip.Dispose()
    }
}

# The nuspec of a module: what its manifest says, and the tags by which the Gallery finds modules, cmdlets and editions.
function Get-Nuspec([Management.Automation.PSModuleInfo] $Module) {
    $cmdlets = [string[]] $Module.ExportedCmdlets.Keys
    [Array]::Sort($cmdlets, [StringComparer]::Ordinal)
    $tags = @($Module.Tags) + 'PSModule' + 'PSIncludes_Cmdlet' + @($cmdlets | ForEach-Object { "PSCmdlet_$_" }) + @($cmdlets | ForEach-Object { "PSCommand_$_" })
    $said = [ordered]@{
        id                       = $Module.Name
        version                  = "$($Module.Version)"
        authors                  = $Module.Author
        owners                   = $Module.CompanyName
        requireLicenseAcceptance = 'false'
        licenseUrl               = "$($Module.LicenseUri)"
        projectUrl               = "$($Module.ProjectUri)"
        description              = $Module.Description
        releaseNotes             = $Module.ReleaseNotes
        copyright                = $Module.Copyright
        tags                     = [string]::Join(' ', $tags)
    }
    $lines = foreach ($key in $said.Keys) { if ($said[$key]) { "    <$key>$([Security.SecurityElement]::Escape($said[$key]))</$key>" } }
    [string]::Join("`n", @('<?xml version="1.0" encoding="utf-8"?>'
        '<package xmlns="http://schemas.microsoft.com/packaging/2011/08/nuspec.xsd">'
        '  <metadata>'
        $lines
        '  </metadata>'
        '</package>'
        ''))
}

# A package is an Open Packaging archive: besides the files it says what kind each is, and which of them describes it.
function Export-GalleryPackage([string] $Folder, [string] $Path, [DateTimeOffset] $Time) {
    $module = Test-ModuleManifest ([IO.Path]::Combine($Folder, [IO.Path]::GetFileName($Folder) + '.psd1'))
    $files = Get-FolderContent $Folder
    $extensions = [Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
    $kinds = foreach ($name in $files.Keys) {
        $extension = [IO.Path]::GetExtension($name).TrimStart('.')
        if (-not $extension) { "  <Override PartName=`"/$name`" ContentType=`"application/octet`" />" }
        elseif ($extensions.Add($extension)) { "  <Default Extension=`"$extension`" ContentType=`"application/octet`" />" }
    }
    $utf8 = [Text.UTF8Encoding]::new($false)
    $content = [ordered]@{
        '_rels/.rels'             = $utf8.GetBytes(@"
<?xml version="1.0" encoding="utf-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
  <Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/$($module.Name).nuspec" Id="R1" />
</Relationships>

"@)
        '[Content_Types].xml'     = $utf8.GetBytes(@"
<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" />
  <Default Extension="nuspec" ContentType="application/octet" />
$([string]::Join("`n", @($kinds)))
</Types>

"@)
        "$($module.Name).nuspec" = $utf8.GetBytes((Get-Nuspec $module))
    }
    foreach ($name in $files.Keys) { $content[$name] = $files[$name] }
    Export-Zip $content $Path $Time
}

# What 'sha256sum -c' reads.
function Export-Checksum([string] $Folder) {
    $content = Get-FolderContent $Folder
    $lines = foreach ($name in $content.Keys) {
        "$([Convert]::ToHexStringLower([Security.Cryptography.SHA256]::HashData($content[$name])))  $name`n"
    }
    [IO.File]::WriteAllText([IO.Path]::Combine($Folder, 'SHA256SUMS'), [string]::Concat($lines))
}
