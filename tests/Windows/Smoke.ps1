# Uses the built module in pwsh.exe for Windows; Invoke-Suite.ps1 starts it under Wine. Each check adds a line to $ResultFile.
#   -Registry is a local registry on the Linux side, -Shared a cache that two other processes have written at the same time.
param(
    [Parameter(Mandatory)] [string] $Module,
    [Parameter(Mandatory)] [string] $Tar,
    [Parameter(Mandatory)] [string] $Folder,
    [Parameter(Mandatory)] [string] $Registry,
    [Parameter(Mandatory)] [string] $Shared,
    [Parameter(Mandatory)] [string] $ResultFile
)
# What this user's process remembers between runs; the folder is the test's own.
$env:IMAGEPUSHER_STATE = Join-Path $Folder state
. (Join-Path $PSScriptRoot Checks.ps1)

$null = New-Item -ItemType Directory -Force $Folder
Set-Location $Folder

Test-Behavior 'the module is imported, with the code compiled for this platform' {
    Import-Module $Module
    $assembly = (Get-Command Push-ImageTar).ImplementingType.Assembly.Location
    Assert-Equal win-x64 (Split-Path (Split-Path $assembly) -Leaf)
}
Test-Behavior 'an exception type is caught by its name' {
    try { Get-CachedImage missing:1 -ErrorAction Stop } catch [ImagePusher.Core.ImageNotCachedException] { return }
    throw 'No exception.'
}
Test-Behavior 'a tar is listed, imported and tested' {
    Set-ImageCache (Join-Path $Folder cache)
    Assert-Equal example.com/hello:1.0 (Get-ImageTar $Tar).Reference
    Assert-Equal example.com/hello:1.0 (Import-ImageTar $Tar).Reference
    Assert-Equal True (Test-CachedImage example.com/hello:1.0 -Full -Quiet)
}
Test-Behavior 'a relative path, a drive, brackets, spaces and non-ASCII letters' {
    $odd = New-Item -ItemType Directory 'Images [1] é'
    Copy-Item $Tar -Destination $odd.FullName
    Assert-Equal example.com/hello:1.0 (Get-ImageTar -LiteralPath '.\Images [1] é\hello.tar').Reference
    Assert-Equal example.com/hello:1.0 (Get-ImageTar -LiteralPath (Join-Path $odd.FullName hello.tar)).Reference
}
Test-Behavior 'a push to a registry, a pull, and the same digests' {
    $pushed = Push-ImageTar $Tar -Destination "$Registry/direct/"
    Assert-Equal $pushed.Digest (Get-RegistryManifest $pushed.Reference).Digest
    Assert-Equal $pushed.Digest (Push-CachedImage example.com/hello:1.0 -Destination "$Registry/cached/").Digest
    Assert-Equal $pushed.Digest (Save-ImageToCache $pushed.Reference).Digest
    Assert-Equal $pushed.Digest (Copy-RegistryImage $pushed.Reference -Destination "$Registry/copied/").Digest
}
Test-Behavior 'an export comes back with its digest' {
    $file = Get-CachedImage example.com/hello:1.0 | Export-ImageTar -Path .\exported.tar
    Assert-Equal (Get-CachedImage example.com/hello:1.0).Digest ($file | Import-ImageTar -Reference localhost/again/).Digest
}
Test-Behavior 'two processes on one cache lose no image' {
    Assert-Equal 20 @(Get-CachedImage -CachePath $Shared).Count
    Assert-Equal 20 @(Get-CachedImage -CachePath $Shared | Test-CachedImage -Full -Quiet).Where({ $_ }).Count
}
Test-Behavior 'readers that hold every file of the cache, the state and an exported tar do not disturb writers' {
    $cache = (Get-ImageCache).CachePath
    $null = Get-CachedImage example.com/hello:1.0 | Export-ImageTar -Path .\held.tar
    $layer = (Get-RegistryManifest "$Registry/direct/hello:1.0").Layers[0].Digest -split ':' | Select-Object -Last 1
    $blob = Get-Item $cache\blobs\sha256\$layer
    [IO.File]::WriteAllBytes($blob.FullName, [byte[]]::new($blob.Length))

    # An interrupted save leaves the beginning of a blob; this one is wrong and must be discarded.
    $null = New-Item -ItemType Directory -Force "$cache\.imagepusher\partial\sha256"
    Set-Content "$cache\.imagepusher\partial\sha256\$layer" wrong -NoNewline
    $streams = @(Open-EveryFile $cache, $env:IMAGEPUSHER_STATE) + [IO.File]::Open("$Folder\held.tar", 'Open', 'Read', 'Read, Write, Delete')
    try {
        Assert-Equal False (Test-CachedImage example.com/hello:1.0 -Full -Quiet)
        $null = Repair-CachedImage example.com/hello:1.0 -Path $Tar
        Assert-Equal True (Test-CachedImage example.com/hello:1.0 -Full -Quiet)
        $null = Import-ImageTar $Tar
        $null = Import-ImageTar $Tar -Reference example.com/second:1
        $null = Save-ImageToCache "$Registry/direct/hello:1.0" -Force
        $null = Push-ImageTar $Tar -Destination "$Registry/held/"
        $null = Remove-CachedImage example.com/second:1 -Confirm:$false
        $null = Optimize-ImageCache -GracePeriod 0
        $null = Get-CachedImage example.com/hello:1.0 | Export-ImageTar -Path .\held.tar -Force
        $null = Clear-ImageCache -Confirm:$false
        $null = Import-ImageTar .\held.tar
    } finally {
        $streams.ForEach('Dispose')
    }
    Assert-Equal True (Test-CachedImage example.com/hello:1.0 -Full -Quiet)
    Assert-Equal '' (Get-ChildItem $cache\.imagepusher\partial -Recurse -File).Name
}
Test-Behavior 'a reader that does not share deletion is named, and the finished file is kept' {
    $null = Get-CachedImage example.com/hello:1.0 | Export-ImageTar -Path .\locked.tar
    $stream = [IO.File]::Open("$Folder\locked.tar", 'Open', 'Read', 'Read')
    try {
        $export = @{ Path = '.\locked.tar'; Force = $true; ErrorAction = 'SilentlyContinue'; ErrorVariable = 'failure' }
        Get-CachedImage example.com/hello:1.0 | Export-ImageTar @export
    } finally {
        $stream.Dispose()
    }
    Assert-Equal 1 $failure.Count
    Assert-Equal AccessDenied ($failure[0].FullyQualifiedErrorId -split ',')[0]
    if ($failure[0].Exception.Message -notmatch 'in use by another process') { throw $failure[0].Exception.Message }
}
Test-Behavior 'the help of a cmdlet is found' {
    if ((Get-Help Push-ImageTar).Synopsis -notmatch '^[A-Z].{20,}\.$') { throw 'No synopsis.' }
}
