# Creates images for HelpEnvironment.ps1. Their bytes are the same everywhere, because nothing in them is compressed.

# Writes a blob of an OCI layout and returns its descriptor.
function Add-Blob([string] $Layout, [string] $MediaType, [byte[]] $Content, [string] $More = '') {
    $hex = [Convert]::ToHexStringLower([Security.Cryptography.SHA256]::HashData($Content))
    [IO.File]::WriteAllBytes((Join-Path $Layout blobs sha256 $hex), $Content)
    '{{"mediaType":"{0}","digest":"sha256:{1}","size":{2}{3}}}' -f $MediaType, $hex, $Content.Length, $More
}

# Creates a layout that contains an index of two platforms and an SBOM that refers to it.
function New-Layout([string] $Layout) {
    $null = New-Item -ItemType Directory -Force (Join-Path $Layout blobs sha256)
    Set-Content (Join-Path $Layout oci-layout) '{"imageLayoutVersion":"1.0.0"}' -NoNewline
    $utf8 = [Text.Encoding]::UTF8
    $oci = 'application/vnd.oci'
    $manifests = foreach ($architecture in 'amd64', 'arm64') {
        # An empty tar is 1024 zeros; one block more makes the layers of the platforms differ.
        $layer = [byte[]]::new($architecture -eq 'amd64' ? 1024 : 1536)
        $diff = [Convert]::ToHexStringLower([Security.Cryptography.SHA256]::HashData($layer))
        $config = Add-Blob $Layout "$oci.image.config.v1+json" $utf8.GetBytes(
            ('{{"architecture":"{0}","os":"linux","created":"2026-01-01T00:00:00Z",' -f $architecture) +
            ('"rootfs":{{"type":"layers","diff_ids":["sha256:{0}"]}}}}' -f $diff))
        $blob = Add-Blob $Layout "$oci.image.layer.v1.tar" $layer
        Add-Blob $Layout "$oci.image.manifest.v1+json" $utf8.GetBytes(
            ('{{"schemaVersion":2,"mediaType":"{0}.image.manifest.v1+json","config":{1},"layers":[{2}]}}' -f $oci, $config, $blob)
        ) (',"platform":{{"architecture":"{0}","os":"linux"}}' -f $architecture)
    }
    $index = $utf8.GetBytes(
        ('{{"schemaVersion":2,"mediaType":"{0}.image.index.v1+json","manifests":[{1}]}}' -f $oci, ($manifests -join ',')))
    $subject = Add-Blob $Layout "$oci.image.index.v1+json" $index
    $empty = Add-Blob $Layout "$oci.empty.v1+json" $utf8.GetBytes('{}')
    $spdx = Add-Blob $Layout 'application/spdx+json' $utf8.GetBytes('{"spdxVersion":"SPDX-2.3"}')
    $sbom = $utf8.GetBytes(
        ('{{"schemaVersion":2,"mediaType":"{0}.image.manifest.v1+json","artifactType":"application/spdx+json",' -f $oci) +
        ('"config":{0},"layers":[{1}],"subject":{2}}}' -f $empty, $spdx, $subject))
    $names = @(
        Add-Blob $Layout "$oci.image.index.v1+json" $index ',"annotations":{"org.opencontainers.image.ref.name":"example.com/team/app:1.1"}'
        Add-Blob $Layout "$oci.image.manifest.v1+json" $sbom (
            ',"annotations":{"org.opencontainers.image.ref.name":"example.com/team/app:1.1-sbom"}')
    )
    Set-Content (Join-Path $Layout index.json) ('{{"schemaVersion":2,"manifests":[{0}]}}' -f ($names -join ',')) -NoNewline
}
