# Paths, pipes and lists as Windows has them, in pwsh.exe; Invoke-Suite.ps1 starts it under Wine.
#   -Share is a folder of a UNC path that exists, -Registry a local registry on the Linux side.
param(
    [Parameter(Mandatory)] [string] $Module,
    [Parameter(Mandatory)] [string] $Tar,
    [Parameter(Mandatory)] [string] $Folder,
    [Parameter(Mandatory)] [string] $Registry,
    [Parameter(Mandatory)] [string] $Share,
    [Parameter(Mandatory)] [string] $ResultFile
)
$env:IMAGEPUSHER_STATE = Join-Path $Folder state
. (Join-Path $PSScriptRoot Checks.ps1)
$null = New-Item -ItemType Directory -Force $Folder
Set-Location $Folder
Import-Module $Module
Set-ImageCache (Join-Path $Folder cache)

# Lists, imports and exports by one kind of path.
function Test-PathForm([string] $Base) {
    Copy-Item $Tar (Join-Path $Base app.tar)
    Assert-Equal example.com/hello:1.0 (Get-ImageTar -LiteralPath (Join-Path $Base app.tar)).Reference
    Assert-Equal example.com/hello:1.0 (Import-ImageTar (Join-Path $Base app.tar) -CachePath (Join-Path $Base store)).Reference
    Assert-Equal True (Test-CachedImage example.com/hello:1.0 -CachePath (Join-Path $Base store) -Full -Quiet)
    $null = Export-ImageTar example.com/hello:1.0 (Join-Path $Base out.tar) -CachePath (Join-Path $Base store)
    Assert-Equal example.com/hello:1.0 (Get-ImageTar (Join-Path $Base out.tar)).Reference
}

Test-Behavior 'paths of more than 260 characters' {
    $long = Join-Path $Folder ('a-long-name-of-a-folder-0123456789\' * 9)
    $null = [IO.Directory]::CreateDirectory($long)
    if ($long.Length -lt 300) { throw "$($long.Length) characters." }
    Test-PathForm $long
}
Test-Behavior 'extended paths' {
    $null = New-Item -ItemType Directory extended
    Test-PathForm "\\?\$Folder\extended"
}
Test-Behavior 'UNC paths' { Test-PathForm $Share }
Test-Behavior 'drives of PowerShell, also for the cache' {
    $root = New-Item -ItemType Directory drive
    $null = New-PSDrive images FileSystem $root -Scope Global
    Test-PathForm images:\
    $env:IMAGEPUSHER_CACHE = 'images:\named'
    try {
        Set-ImageCache $env:IMAGEPUSHER_CACHE
        Assert-Equal (Join-Path $root named) (Get-ImageCache).CachePath
    } finally {
        Remove-Item env:IMAGEPUSHER_CACHE
        Set-ImageCache (Join-Path $Folder cache)
    }
}
Test-Behavior 'letter case and the direction of slashes do not matter' {
    $null = New-Item -ItemType Directory Case
    Copy-Item $Tar Case\App.tar
    foreach ($path in 'case\APP.TAR', './CASE/app.tar', 'case/*.TAR') {
        Assert-Equal example.com/hello:1.0 (Get-ImageTar $path).Reference
    }
}
Test-Behavior 'a tar from a named pipe' {
    $name = "imagepusher-$PID"
    $server = [IO.Pipes.NamedPipeServerStream]::new($name, 'Out', 1, 'Byte', 'Asynchronous')
    # Waits from now on: until then, the pipe is busy.
    $connected = $server.WaitForConnectionAsync()
    $job = Start-ThreadJob {
        $pipe = $using:server
        ($using:connected).Wait()
        $file = [IO.File]::OpenRead($using:Tar)
        $file.CopyTo($pipe)
        $file.Dispose()
        $pipe.Dispose()
    }
    Assert-Equal example.com/piped:1 (Import-ImageTar "\\.\pipe\$name" -Reference example.com/piped:1).Reference
    $null = $job | Receive-Job -Wait -AutoRemoveJob
    Assert-Equal True (Test-CachedImage example.com/piped:1 -Full -Quiet)
}
Test-Behavior 'repositories with names of devices' {
    $null = Import-ImageTar $Tar
    foreach ($name in 'con/aux:nul', 'com1/lpt9.tar:1', 'prn:con') {
        $pushed = Push-CachedImage example.com/hello:1.0 -Destination "$Registry/$name"
        Assert-Equal $pushed.Digest (Save-ImageToCache $pushed.Reference).Digest
        Assert-Equal $pushed.Digest (Import-ImageTar $Tar -Reference "example.com/$name").Digest
        $null = Export-ImageTar "example.com/$name" .\device.tar -Force
        Assert-Equal "example.com/$name" (Get-ImageTar .\device.tar).Reference
    }
}
Test-Behavior 'a list with CRLF line ends, a byte order mark and comments' {
    $list = "# images`r`n`r`n $Registry/con/aux:nul `r`n$Registry/prn:con`r`n"
    [IO.File]::WriteAllText("$Folder\list.txt", $list, [Text.UTF8Encoding]::new($true))
    Assert-Equal 2 @(Get-Content list.txt | Save-ImageToCache -Force).Count
    Assert-Equal 2 @(Get-Content list.txt | Copy-RegistryImage -Destination "$Registry/list/").Count
    [IO.File]::WriteAllText("$Folder\utf16.txt", "$Registry/prn:con`r`n", [Text.Encoding]::Unicode)
    Assert-Equal 1 @(Get-Content utf16.txt | Save-ImageToCache -Force).Count
}
Test-Behavior 'proxy variables are read in either letter case' {
    $env:Http_Proxy = 'http://127.0.0.1:9'
    try {
        Get-RegistryTag registry.invalid/app -PlainHttp -MaximumRetryCount 0 -ErrorAction SilentlyContinue -ErrorVariable failure
    } finally {
        Remove-Item env:Http_Proxy
    }
    if ($failure[0].Exception.Message -notmatch 'through the proxy 127\.0\.0\.1:9') { throw $failure[0].Exception.Message }
}
