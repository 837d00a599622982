# The world that the examples of the help run in: HelpWorld.ps1 FOLDER
#   ./hello.tar, ./images/         image tars in FOLDER, which becomes the current folder
#   localhost:5000                 a registry with team/app (1.0, 1.1 of two platforms and with an SBOM, 2.0-rc1, latest),
#                                  hello:1.0 and what stands for docker.io/library/nginx
#   registry.example.com           a registry that wants the user 'builder' and the password in $env:REGISTRY_PASSWORD
#   hub.example.com                a registry that tells of a limit of pulls, and no more
#   the cache                      docker.io/library/nginx:latest and example.com/hello:1.0
# Writes what stands in the examples for what here, as a dictionary. It needs the bare engine and the module, no more.
param([Parameter(Mandatory)] [string] $Folder)
$ErrorActionPreference = 'Stop'
$env:REGISTRY_PASSWORD = 'secret'

# Writes a blob of an OCI layout and gives its descriptor.
function Add-Blob([string] $Layout, [string] $MediaType, [byte[]] $Content, [string] $More = '') {
    $hex = [Convert]::ToHexStringLower([Security.Cryptography.SHA256]::HashData($Content))
    [IO.File]::WriteAllBytes([IO.Path]::Combine($Layout, 'blobs', 'sha256', $hex), $Content)
    '{{"mediaType":"{0}","digest":"sha256:{1}","size":{2}{3}}}' -f $MediaType, $hex, $Content.Length, $More
}

# A layout with an index of two platforms and an SBOM that refers to it.
function New-Layout([string] $Layout) {
    $null = [IO.Directory]::CreateDirectory([IO.Path]::Combine($Layout, 'blobs', 'sha256'))
    [IO.File]::WriteAllText([IO.Path]::Combine($Layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
    $utf8 = [Text.Encoding]::UTF8
    $oci = 'application/vnd.oci'
    $manifests = foreach ($architecture in 'amd64', 'arm64') {
        # A tar that holds nothing is 1024 zeros; the next block makes the platforms' layers differ.
        $layer = [byte[]]::new($architecture -eq 'amd64' ? 1024 : 1536)
        $diff = [Convert]::ToHexStringLower([Security.Cryptography.SHA256]::HashData($layer))
        $config = Add-Blob $Layout "$oci.image.config.v1+json" $utf8.GetBytes(
            ('{{"architecture":"{0}","os":"linux","created":"2026-01-01T00:00:00Z","rootfs":{{"type":"layers","diff_ids":["sha256:{1}"]}}}}' -f $architecture, $diff))
        $blob = Add-Blob $Layout "$oci.image.layer.v1.tar" $layer
        Add-Blob $Layout "$oci.image.manifest.v1+json" $utf8.GetBytes(
            ('{{"schemaVersion":2,"mediaType":"{0}.image.manifest.v1+json","config":{1},"layers":[{2}]}}' -f $oci, $config, $blob)
        ) (',"platform":{{"architecture":"{0}","os":"linux"}}' -f $architecture)
    }
    $index = $utf8.GetBytes(('{{"schemaVersion":2,"mediaType":"{0}.image.index.v1+json","manifests":[{1}]}}' -f $oci, [string]::Join(',', $manifests)))
    $subject = Add-Blob $Layout "$oci.image.index.v1+json" $index
    $empty = Add-Blob $Layout "$oci.empty.v1+json" $utf8.GetBytes('{}')
    $spdx = Add-Blob $Layout 'application/spdx+json' $utf8.GetBytes('{"spdxVersion":"SPDX-2.3"}')
    $sbom = $utf8.GetBytes(
        ('{{"schemaVersion":2,"mediaType":"{0}.image.manifest.v1+json","artifactType":"application/spdx+json","config":{1},"layers":[{2}],"subject":{3}}}' -f $oci, $empty, $spdx, $subject))
    $names = @(
        Add-Blob $Layout "$oci.image.index.v1+json" $index ',"annotations":{"org.opencontainers.image.ref.name":"example.com/team/app:1.1"}'
        Add-Blob $Layout "$oci.image.manifest.v1+json" $sbom ',"annotations":{"org.opencontainers.image.ref.name":"example.com/team/app:1.1-sbom"}'
    )
    [IO.File]::WriteAllText([IO.Path]::Combine($Layout, 'index.json'), ('{{"schemaVersion":2,"manifests":[{0}]}}' -f [string]::Join(',', $names)))
}

$Folder = [IO.Directory]::CreateDirectory($Folder).FullName
$null = [IO.Directory]::CreateDirectory([IO.Path]::Combine($Folder, 'images'))
$hello = [IO.Path]::Combine($PSScriptRoot, '..', '..', 'docs', 'examples', 'hello.tar')
[IO.File]::Copy($hello, [IO.Path]::Combine($Folder, 'hello.tar'))
[IO.File]::Copy($hello, [IO.Path]::Combine($Folder, 'images', 'hello.tar'))
[IO.File]::WriteAllText([IO.Path]::Combine($Folder, 'images', 'broken.tar'), 'This is no tar.')
$null = $ExecutionContext.SessionState.Path.SetLocation($Folder)
Set-ImageCache ([IO.Path]::Combine($Folder, '.cache', 'imagepusher'))

$secret = [Security.SecureString]::new()
foreach ($character in $env:REGISTRY_PASSWORD.ToCharArray()) { $secret.AppendChar($character) }
$open = (Start-LocalRegistry -Port 0 -Path ([IO.Path]::Combine($Folder, 'srv', 'open'))).Registry
$closed = (Start-LocalRegistry -Port 0 -Path ([IO.Path]::Combine($Folder, 'srv', 'closed')) -Credential ([pscredential]::new('builder', $secret))).Registry

New-Layout ([IO.Path]::Combine($Folder, 'srv', 'layout'))
$null = Push-ImageTar ([IO.Path]::Combine($Folder, 'srv', 'layout')) -Destination $open
foreach ($name in 'hello:1.0', 'team/app:1.0', 'team/app:2.0-rc1', 'team/app:latest', 'library/nginx:1.27', 'library/nginx:latest') {
    $null = Push-ImageTar ./hello.tar -Destination "$open/$name"
}
Set-RegistryOption docker.io -Mirror $open
$null = Save-ImageToCache nginx
$null = Import-ImageTar ./hello.tar

# What counts pulls answers a HEAD request with the headers of Docker Hub.
$global:HelpWorldListener = [Net.HttpListener]::new()
$hub = (Start-LocalRegistry -Port 0).Registry
Stop-LocalRegistry $hub
$HelpWorldListener.Prefixes.Add("http://$hub/")
$HelpWorldListener.Start()
$null = [powershell]::Create().AddScript({
    param($Listener)
    while ($Listener.IsListening) {
        $next = $Listener.GetContextAsync()
        # A runspace that waits for ever would keep the process alive.
        while (-not $next.Wait(100)) { if (-not $Listener.IsListening) { return } }
        $response = $next.Result.Response
        $response.ContentType = 'application/vnd.oci.image.manifest.v1+json'
        $response.Headers['ratelimit-limit'] = '100;w=21600'
        $response.Headers['ratelimit-remaining'] = '76;w=21600'
        $response.Headers['docker-ratelimit-source'] = '192.0.2.7'
        $response.Close()
    }
}).AddArgument($HelpWorldListener).BeginInvoke()

@{ 'hub.example.com' = $hub; 'localhost:5000' = $open; 'registry.example.com' = $closed; '/home/me' = $Folder }
