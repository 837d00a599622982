# Functions of build.ps1 Package and of the release workflow: zip files whose bytes depend only on their content, packages for the
# PowerShell Gallery, and signed assemblies in packages for NuGet.

# The time that the packages contain: SOURCE_DATE_EPOCH, or the time of the last commit.
function Get-SourceTime([string] $Folder) {
    $seconds = $env:SOURCE_DATE_EPOCH
    if (-not $seconds) {
        $seconds = git -C $Folder log -1 --format=%ct
        if ($LASTEXITCODE -ne 0) { throw 'Set SOURCE_DATE_EPOCH: the packages contain a time, and there is no git repository.' }
    }
    [DateTimeOffset]::FromUnixTimeSeconds([long] $seconds)
}

# The files of a folder: a dictionary from the relative path with '/' to the bytes, in an order that does not depend on the system.
function Get-FolderContent([string] $Folder, [string] $Prefix = '') {
    $files = Get-ChildItem -LiteralPath $Folder -File -Recurse
    $names = [string[]] $files.ForEach({ [IO.Path]::GetRelativePath($Folder, $_.FullName).Replace('\', '/') })
    [Array]::Sort($names, [StringComparer]::Ordinal)
    $content = [ordered]@{}
    foreach ($name in $names) { $content["$Prefix$name"] = [IO.File]::ReadAllBytes((Join-Path $Folder $name)) }
    $content
}

# Writes a zip file. Compress-Archive would add the time of each file.
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

# Writes the address of the project into an assembled module: ProjectUri of the manifest, and the online version of each help page.
# The sources have none, because they do not know where they are published.
function Set-ProjectUri([string] $Folder, [uri] $ProjectUri) {
    $manifest = Join-Path $Folder ImagePusher.psd1
    $data = Import-PowerShellDataFile -LiteralPath $manifest
    $address = $ProjectUri.AbsoluteUri.TrimEnd('/')
    $text = [IO.File]::ReadAllText($manifest) -replace '(?m)^( +)LicenseUri +=', "`$1ProjectUri   = '$address'`n`$0"
    [IO.File]::WriteAllText($manifest, $text)

    $help = Join-Path $Folder en-US ImagePusher.dll-Help.xml
    $pages = "$address/blob/v$($data.ModuleVersion)/docs/en-US"
    $name = $null
    $lines = foreach ($line in [IO.File]::ReadAllLines($help)) {
        $line
        if ($line -match '<command:name>(?<Name>[^<]+)</command:name>') { $name = $Matches.Name }
        # Get-Help -Online opens the first link.
        if ($line -match '^(?<Space> *)<command:relatedLinks>$') {
            $link = '<maml:linkText>Online version:</maml:linkText>', "<maml:uri>$pages/$name.md</maml:uri>"
            "$($Matches.Space)  <maml:navigationLink>"
            $link.ForEach({ "$($Matches.Space)    $_" })
            "$($Matches.Space)  </maml:navigationLink>"
        }
    }
    [IO.File]::WriteAllText($help, ($lines -join "`n") + "`n")
}

# The nuspec of a module, from its manifest, with the tags by which the Gallery finds modules and cmdlets.
function Get-Nuspec([Management.Automation.PSModuleInfo] $Module) {
    $cmdlets = [string[]] $Module.ExportedCmdlets.Keys
    [Array]::Sort($cmdlets, [StringComparer]::Ordinal)
    $tags = @($Module.Tags) + 'PSModule' + 'PSIncludes_Cmdlet' + $cmdlets.ForEach({ "PSCmdlet_$_" }) + $cmdlets.ForEach({ "PSCommand_$_" })
    $elements = [ordered]@{
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
        tags                     = $tags -join ' '
    }
    $lines = foreach ($key in $elements.Keys) {
        if ($elements[$key]) { "    <$key>$([Security.SecurityElement]::Escape($elements[$key]))</$key>" }
    }
    @('<?xml version="1.0" encoding="utf-8"?>'
        '<package xmlns="http://schemas.microsoft.com/packaging/2011/08/nuspec.xsd">'
        '  <metadata>'
        $lines
        '  </metadata>'
        '</package>'
        '') -join "`n"
}

# Writes the package of a module. A NuGet package is an Open Packaging archive: it names the content type of each file.
function Export-GalleryPackage([string] $Folder, [string] $Path, [DateTimeOffset] $Time) {
    $manifest = Join-Path $Folder "$(Split-Path $Folder -Leaf).psd1"
    $module = Test-ModuleManifest ([WildcardPattern]::Escape($manifest))
    $files = Get-FolderContent $Folder
    $extensions = [Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
    $types = foreach ($name in $files.Keys) {
        $extension = (Split-Path $name -Extension).TrimStart('.')
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
$($types -join "`n")
</Types>

"@)
        "$($module.Name).nuspec" = $utf8.GetBytes((Get-Nuspec $module))
    }
    foreach ($name in $files.Keys) { $content[$name] = $files[$name] }
    Export-Zip $content $Path $Time
}

# Writes SHA256SUMS, which 'sha256sum -c' reads.
function Export-Checksum([string] $Folder) {
    $content = Get-FolderContent $Folder
    $lines = foreach ($name in $content.Keys) {
        "$([Convert]::ToHexStringLower([Security.Cryptography.SHA256]::HashData($content[$name])))  $name`n"
    }
    [IO.File]::WriteAllText((Join-Path $Folder SHA256SUMS), [string]::Concat($lines))
}

# Replaces the assemblies of a package for NuGet by what $Edit makes of them, such as signed ones; it gets the path of a copy.
function Edit-PackageAssembly([string] $Path, [scriptblock] $Edit) {
    $folder = New-Item -ItemType Directory -Path (Join-Path ([IO.Path]::GetTempPath()) "imagepusher-$(New-Guid)")
    $zip = [IO.Compression.ZipFile]::Open($Path, [IO.Compression.ZipArchiveMode]::Update)
    try {
        foreach ($entry in $zip.Entries.Where({ $_.Name -like 'ImagePusher*.dll' })) {
            $file = Join-Path $folder $entry.Name
            [IO.Compression.ZipFileExtensions]::ExtractToFile($entry, $file, $true)
            & $Edit $file
            $name = $entry.FullName
            $entry.Delete()
            $null = [IO.Compression.ZipFileExtensions]::CreateEntryFromFile($zip, $file, $name)
        }
    } finally {
        $zip.Dispose()
        Remove-Item -LiteralPath $folder -Recurse
    }
}
