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
$ErrorActionPreference = 'Stop'

function Test-Behavior([string] $Name, [scriptblock] $Check) {
    $line = try {
        $null = & $Check
        "PASS $Name"
    } catch {
        "FAIL ${Name}: $($_.Exception.Message) ($($_.FullyQualifiedErrorId); $($_.ScriptStackTrace -replace '\s+', ' '))"
    }
    Add-Content $ResultFile $line
}

function Assert-Equal($Expected, $Actual) {
    if ("$Expected" -cne "$Actual") { throw "Expected '$Expected', got '$Actual'." }
}

# Opens every file of a cache as a virus scanner or a backup does. The caller closes the streams.
function Open-CacheFile([string] $Path) {
    Get-ChildItem (Join-Path $Path blobs) -File -Recurse |
        ForEach-Object { [IO.File]::Open($_.FullName, 'Open', 'Read', 'Read, Write, Delete') }
    [IO.File]::Open((Join-Path $Path index.json), 'Open', 'Read', 'Read, Write, Delete')
}

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
Test-Behavior 'readers that hold every file of the cache and an exported tar do not disturb writers' {
    $null = Get-CachedImage example.com/hello:1.0 | Export-ImageTar -Path .\held.tar
    $streams = @(Open-CacheFile (Get-ImageCache).CachePath) + [IO.File]::Open("$Folder\held.tar", 'Open', 'Read', 'Read, Write, Delete')
    try {
        $null = Import-ImageTar $Tar
        $null = Import-ImageTar $Tar -Reference example.com/second:1
        $null = Repair-CachedImage example.com/hello:1.0
        $null = Remove-CachedImage example.com/second:1 -Confirm:$false
        $null = Optimize-ImageCache
        $null = Get-CachedImage example.com/hello:1.0 | Export-ImageTar -Path .\held.tar -Force
    } finally {
        $streams.ForEach('Dispose')
    }
    Assert-Equal True (Test-CachedImage example.com/hello:1.0 -Full -Quiet)
}
Test-Behavior 'the help of a cmdlet is found' {
    if ((Get-Help Push-ImageTar).Synopsis -notmatch '^[A-Z].{20,}\.$') { throw 'No synopsis.' }
}
