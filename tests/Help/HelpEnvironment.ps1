# Creates the environment in which an example of the help pages runs: HelpEnvironment.ps1 TEMPLATE CODE
#   /home/me, the current location   ./hello.tar; ./images with an image tar and a file that is not one
#   ./srv/layout                     an OCI image layout
#   localhost:5000                   a registry with team/app (1.0, 1.1 with two platforms and an SBOM, 2.0-rc1, latest),
#                                    hello:1.0, and the mirror of docker.io/library/nginx
#   registry.example.com             a registry that requires the user 'builder' and the password in $env:REGISTRY_PASSWORD
#   ./mirror.yml                     a sync file about the registry
#   hub.example.com                  a server that only reports a pull rate limit
#   ./signing.pem, ./signing.pub     a key pair that signed localhost:5000/team/app:1.0; ./policy.json requires another key
#   ./shop                           files that name images, if CODE mentions it
#   the cache                        docker.io/library/nginx:latest and example.com/hello:1.0
# TEMPLATE is a folder shared by the examples of one run; the common content is created there once. The layout, the sync file, the
# keys and the last two registries exist only if CODE mentions them. Returns an ordered dictionary: the text on the page, the actual text.
param([Parameter(Mandatory)] [string] $Template, [string] $Code = '')
$ErrorActionPreference = 'Stop'
$env:REGISTRY_PASSWORD = 'secret'
# The cmdlets write additional lines in the logs of CI services.
$env:GITHUB_ACTIONS = $env:TF_BUILD = $null
. (Join-Path $PSScriptRoot HelpImages.ps1)

# Starts a registry on a port with as many digits as the one on the page: the columns of a table depend on it.
function Start-Registry([string] $Path, [int] $Minimum, [int] $Maximum, [pscredential] $Credential) {
    $access = $Credential ? @{ Credential = $Credential } : @{}
    foreach ($attempt in 1..50) {
        $server = Start-LocalRegistry (Get-Random -Minimum $Minimum -Maximum $Maximum) -Path $Path @access -ErrorAction Ignore
        if ($server) { return $server.Registry }
    }
    throw "No port from $Minimum to $Maximum is free."
}

function New-Template([string] $Folder, [string] $Layout) {
    $null = New-Item -ItemType Directory (Join-Path $Folder images)
    $hello = Join-Path $PSScriptRoot .. .. docs examples hello.tar
    $tar = Join-Path $Folder hello.tar
    Copy-Item $hello $tar
    Copy-Item $hello (Join-Path $Folder images)
    Set-Content (Join-Path $Folder images broken.tar) 'It is not a tar' -NoNewline
    New-Layout $Layout
    $registry = (Start-LocalRegistry -Port 0 -Path (Join-Path $Folder srv open)).Registry
    $null = Push-ImageTar $Layout -Destination $registry
    foreach ($name in 'hello:1.0', 'team/app:1.0', 'team/app:2.0-rc1', 'team/app:latest', 'library/nginx:1.27', 'library/nginx:latest') {
        $null = Push-ImageTar $tar -Destination "$registry/$name"
    }
    Set-RegistryOption docker.io -Mirror $registry
    $null = Save-ImageToCache nginx
    $null = Import-ImageTar $tar
    Stop-LocalRegistry $registry
}

# Extracting one archive is the fastest copy of a hundred small files.
$archive = Join-Path $Template template.zip
if (-not (Test-Path $archive)) {
    $content = Join-Path $Template content
    Set-ImageCache (Join-Path $content .cache imagepusher)
    New-Template $content (Join-Path $Template layout)
    [IO.Compression.ZipFile]::CreateFromDirectory($content, $archive, 'NoCompression', $false)
}
$copy = (New-Item -ItemType Directory (Join-Path $Template (New-Guid))).FullName
[IO.Compression.ZipFile]::ExtractToDirectory($archive, $copy)

# A link with a name as long as /home/me. Creating it fails if another run uses the name.
foreach ($attempt in 1..50) {
    $folder = '/tmp/' + [Random]::Shared.GetString('abcdefghijklmnopqrstuvwxyz0123456789', 3)
    try {
        $null = [IO.Directory]::CreateSymbolicLink($folder, $copy)
        break
    } catch [IO.IOException] {
        if ($attempt -eq 50) { throw }
    }
}
Set-Location $folder
Set-ImageCache "$folder/.cache/imagepusher"

$environment = [ordered]@{ '/home/me' = $folder; 'localhost:5000' = Start-Registry "$folder/srv/open" 6000 9999 }
Set-RegistryOption docker.io -Mirror $environment['localhost:5000']
if ($Code.Contains('./srv/layout')) { New-Layout "$folder/srv/layout" }
if ($Code.Contains('./signing.') -or $Code.Contains('./policy.json')) {
    & (Join-Path $PSScriptRoot HelpKeys.ps1) $folder $environment['localhost:5000'] $Code.StartsWith('Test-')
}
if ($Code.Contains('./mirror.yml')) {
    Set-Content "$folder/mirror.yml" @"
$($environment['localhost:5000']):
  images-by-semver:
    team/app: ^1.0
  images:
    library/nginx: []
"@
}
if ($Code.Contains('./shop')) { Copy-Item (Join-Path $PSScriptRoot shop) $folder -Recurse }
if ($Code.Contains('registry.example.com')) {
    $credential = [pscredential]::new('builder', (ConvertTo-SecureString $env:REGISTRY_PASSWORD -AsPlainText))
    $environment['registry.example.com'] = Start-Registry "$folder/srv/closed" 10000 32000 $credential
}
if ($Code.Contains('hub.example.com')) {
    $environment['hub.example.com'] = & (Join-Path $PSScriptRoot HelpRateLimit.ps1)
}
$environment
