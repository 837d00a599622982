# The world that an example of the help runs in: HelpWorld.ps1 TEMPLATE CODE
#   /home/me, the current folder   ./hello.tar; ./images with an image tar and a file that is none
#   ./srv/layout                   an OCI image layout
#   localhost:5000                 a registry with team/app (1.0, 1.1 of two platforms and with an SBOM, 2.0-rc1, latest),
#                                  hello:1.0 and what stands for docker.io/library/nginx
#   registry.example.com           a registry that wants the user 'builder' and the password in $env:REGISTRY_PASSWORD
#   hub.example.com                a registry that tells of a limit of pulls, and no more
#   the cache                      docker.io/library/nginx:latest and example.com/hello:1.0
# TEMPLATE is a folder that one run of examples shares: what the worlds begin with is made there once. The layout and the
# last two registries are there only if CODE names them. Writes what stands in the examples for what here, as an ordered
# dictionary. It needs the bare engine and the module, no more.
param([Parameter(Mandatory)] [string] $Template, [string] $Code = '')
$ErrorActionPreference = 'Stop'
$env:REGISTRY_PASSWORD = 'secret'
# In CI logs the cmdlets say more.
$env:GITHUB_ACTIONS = $env:TF_BUILD = $null

# A registry over a folder. Its port has as many digits as that in the examples, else tables would be cut elsewhere.
function Start-Registry([string] $Path, [int] $Least, [int] $Most, [pscredential] $Credential) {
    $wanted = $Credential ? @{ Credential = $Credential } : @{}
    foreach ($try in 1..50) {
        $server = Start-LocalRegistry ([Random]::Shared.Next($Least, $Most)) -Path $Path @wanted -ErrorAction Ignore
        if ($server) { return $server.Registry }
    }
    throw "No port from $Least to $Most is free."
}

# What the template holds is pushed and imported as a user does it.
function New-Template([string] $Folder, [string] $Layout) {
    $null = [IO.Directory]::CreateDirectory([IO.Path]::Combine($Folder, 'images'))
    $hello = [IO.Path]::Combine($PSScriptRoot, '..', '..', 'docs', 'examples', 'hello.tar')
    $tar = [IO.Path]::Combine($Folder, 'hello.tar')
    [IO.File]::Copy($hello, $tar)
    [IO.File]::Copy($hello, [IO.Path]::Combine($Folder, 'images', 'hello.tar'))
    [IO.File]::WriteAllText([IO.Path]::Combine($Folder, 'images', 'broken.tar'), 'This is no tar.')
    New-Layout $Layout
    $registry = (Start-LocalRegistry -Port 0 -Path ([IO.Path]::Combine($Folder, 'srv', 'open'))).Registry
    $null = Push-ImageTar $Layout -Destination $registry
    foreach ($name in 'hello:1.0', 'team/app:1.0', 'team/app:2.0-rc1', 'team/app:latest', 'library/nginx:1.27', 'library/nginx:latest') {
        $null = Push-ImageTar $tar -Destination "$registry/$name"
    }
    Set-RegistryOption docker.io -Mirror $registry
    $null = Save-ImageToCache nginx
    $null = Import-ImageTar $tar
    Stop-LocalRegistry $registry
}

. ([IO.Path]::Combine($PSScriptRoot, 'HelpImages.ps1'))

# To unpack an archive is the quickest copy of a hundred small files.
$ready = [IO.Path]::Combine($Template, 'ready.zip')
if (-not [IO.File]::Exists($ready)) {
    $begun = [IO.Path]::Combine($Template, 'begun')
    Set-ImageCache ([IO.Path]::Combine($begun, '.cache', 'imagepusher'))
    New-Template $begun ([IO.Path]::Combine($Template, 'layout'))
    [IO.Compression.ZipFile]::CreateFromDirectory($begun, $ready, 'NoCompression', $false)
}
$copy = [IO.Directory]::CreateDirectory([IO.Path]::Combine($Template, [Guid]::NewGuid())).FullName
[IO.Compression.ZipFile]::ExtractToDirectory($ready, $copy)

# A name as long as /home/me leads to it. To create a link fails where another run has the same one.
foreach ($try in 1..50) {
    $folder = '/tmp/' + [Random]::Shared.GetString('abcdefghijklmnopqrstuvwxyz0123456789', 3)
    try {
        $null = [IO.Directory]::CreateSymbolicLink($folder, $copy)
        break
    } catch [IO.IOException] {
        if ($try -eq 50) { throw }
    }
}
$null = $ExecutionContext.SessionState.Path.SetLocation($folder)
Set-ImageCache "$folder/.cache/imagepusher"

$world = [ordered]@{ '/home/me' = $folder; 'localhost:5000' = Start-Registry "$folder/srv/open" 6000 9999 }

# What hello.tar became: another zlib than that of the examples may make other bytes of its layers.
$digest = (Get-CachedImage example.com/hello:1.0).Digest -replace '.*:'
$world['5d8aebb928638c7dd3cce605029155e5573b23a6802c0f5a9080665a47ee7a3c'] = $digest
$world['5d8aebb92863'] = $digest.Substring(0, 12)
$manifest = [Text.Json.JsonDocument]::Parse([IO.File]::ReadAllText("$folder/.cache/imagepusher/blobs/sha256/$digest"))
$layers = @(foreach ($layer in $manifest.RootElement.GetProperty('layers').EnumerateArray()) { $layer.GetProperty('digest').GetString() -replace '.*:' })
$world['2cd15bc990eb0c19776b722df88d1d695e8289830beb12954437910b69f6d5a8'] = $layers[0]
$world['2af181c5c5c07dec2e695014f6ee2c1c33176b70b61fa6a672d58b7180599823'] = $layers[1]

Set-RegistryOption docker.io -Mirror $world['localhost:5000']
if ($Code.Contains('./srv/layout')) { New-Layout "$folder/srv/layout" }
if ($Code.Contains('registry.example.com')) {
    $secret = [Security.SecureString]::new()
    foreach ($character in $env:REGISTRY_PASSWORD.ToCharArray()) { $secret.AppendChar($character) }
    $world['registry.example.com'] = Start-Registry "$folder/srv/closed" 10000 32000 ([pscredential]::new('builder', $secret))
}
if ($Code.Contains('hub.example.com')) {
    $world['hub.example.com'] = & ([IO.Path]::Combine($PSScriptRoot, 'HelpRateLimit.ps1'))
}
$world
