# Runs tests of the built module for Windows under Wine on Linux: the Core tests, and scripts in pwsh.exe. build.ps1 Test calls it:
#   dotnet build src/ImagePusher -c Release && pwsh -NoProfile -File tests/Windows/Invoke-Suite.ps1
# Wine enforces the share modes of open files as Windows does, but it is not NTFS: it shows no access control lists, no TLS of
# Windows, no http.sys, and no symbolic links. Tests that need them have the trait 'Wine' with the reason and are left out.
# -Smoke leaves out the Core tests.
param([switch] $Smoke)
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$PSStyle.OutputRendering = 'PlainText'
$root = (Resolve-Path (Join-Path $PSScriptRoot .. ..)).Path
$wine = '/usr/lib/wine/wine64'

$reason = if ($IsWindows) { 'this is Windows, where the other suites show it' }
elseif (-not $IsLinux -or [Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture -ne 'X64') { 'this is not Linux on x64' }
elseif (-not (Test-Path $wine)) { "Wine is not installed ($wine)" }
elseif (-not (Get-Command script -CommandType Application -ErrorAction Ignore)) { 'script(1) is not installed' }
if ($reason) {
    "The tests for Windows were not run: $reason."
    'Windows: 0 passed, 0 failed, 1 skipped'
    exit
}

$counts = @{ Passed = 0; Failed = 0; Skipped = 0 }
$work = (New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "imagepusher-windows-$PID")).FullName
$tools = Join-Path $root out tools windows
# Inside the repository, because some tests read its files.
$published = Join-Path $root out tests-windows

function ConvertTo-WindowsPath([string] $Path) { 'Z:' + $Path.Replace('/', '\') }

# Starts pwsh.exe. It needs a terminal, which script(1) provides.
function Start-WindowsPwsh([string] $Script, [string[]] $Argument) {
    $options = '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File'
    $file = ConvertTo-WindowsPath (Join-Path $PSScriptRoot $Script)
    $command = (@($wine, (Join-Path $tools pwsh pwsh.exe)) + $options + $file + $Argument).ForEach({ "'$_'" }) -join ' '
    $start = [Diagnostics.ProcessStartInfo]::new('script', [string[]] @('-qefc', $command, (Join-Path $work "$Script-$(New-Guid).log")))
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    $process = [Diagnostics.Process]::Start($start)
    # What the terminal shows is not needed; reading it keeps the process from waiting.
    $process.BeginOutputReadLine()
    $process.BeginErrorReadLine()
    $process
}

function Wait-WindowsPwsh([Diagnostics.Process] $Process, [int] $Seconds) {
    if ($Process.WaitForExit($Seconds * 1000)) { return }
    $Process.Kill($true)
    throw "pwsh.exe did not end within $Seconds seconds."
}

function Add-Result([string] $Line) {
    $Line
    $counts[$Line.StartsWith('PASS') ? 'Passed' : 'Failed']++
}

# Runs a script of checks in pwsh.exe, and adds the line that each check wrote.
function Invoke-Check([string] $Script, [string[]] $Argument) {
    $results = Join-Path $work "$Script.txt"
    Wait-WindowsPwsh (Start-WindowsPwsh $Script ($Argument + (ConvertTo-WindowsPath $results))) 240
    $lines = @(Get-Content $results -ErrorAction Ignore)
    $lines | ForEach-Object { Add-Result $_ }
    $expected = @(Select-String -Path (Join-Path $PSScriptRoot $Script) -Pattern '^Test-Behavior ').Count
    if ($lines.Count -ne $expected) {
        Add-Result "FAIL pwsh.exe wrote $($lines.Count) of $expected results of $Script."
        Get-Content (Join-Path $work "$Script-*.log") | Select-Object -Last 40
    }
}

function Invoke-Smoke {
    Import-Module (Join-Path $root out ImagePusher ImagePusher.psd1)
    $registry = (Start-LocalRegistry -Port 0 -Path (Join-Path $work registry)).Registry
    $module = ConvertTo-WindowsPath (Join-Path $root out ImagePusher ImagePusher.psd1)
    $tar = ConvertTo-WindowsPath (Join-Path $root docs examples hello.tar)
    $shared = ConvertTo-WindowsPath (Join-Path $work shared)
    $both = 'one', 'two' | ForEach-Object { Start-WindowsPwsh Import.ps1 $module, $tar, $shared, $_ }
    $both | ForEach-Object { Wait-WindowsPwsh $_ 120 }
    Invoke-Check Smoke.ps1 $module, $tar, (ConvertTo-WindowsPath (Join-Path $work smoke)), $registry, $shared

    # Wine looks for the shares of a server in this folder.
    $share = New-Item -ItemType Directory (Join-Path $env:WINEPREFIX dosdevices unc server share)
    Invoke-Check Paths.ps1 $module, $tar, (ConvertTo-WindowsPath (Join-Path $work paths)), $registry, '\\server\share'
    if (-not (Test-Path (Join-Path $share out.tar))) { Add-Result 'FAIL Nothing was written to the share.' }
    Remove-Module ImagePusher -Force
}

function Invoke-Interrupt {
    $results = Join-Path $work interrupt.txt
    $server = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $server.Start()
    try {
        $module = ConvertTo-WindowsPath (Join-Path $root out ImagePusher ImagePusher.psd1)
        $tar = ConvertTo-WindowsPath (Join-Path $root docs examples hello.tar)
        $address = "localhost:$($server.LocalEndpoint.Port)"
        $process = Start-WindowsPwsh Interrupt.ps1 $module, $tar, $address, (ConvertTo-WindowsPath $results)
        # Ctrl+C comes when the request has arrived.
        if (-not $server.AcceptSocketAsync().Wait(60000)) { throw 'The push sent no request.' }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $process.StandardInput.Write([char] 3)
        $process.StandardInput.Flush()
        Wait-WindowsPwsh $process 30
        $text = Get-Content $results -Raw
        $ended = $text -match 'cleaned' -and $text -notmatch 'not reached'
        $name = "Ctrl+C stops a push that waits for a server, and finally blocks run ($($watch.ElapsedMilliseconds) ms)"
        Add-Result "$($ended ? 'PASS' : 'FAIL') $name"
    } catch {
        Add-Result "FAIL Ctrl+C stops a push that waits for a server: $_"
    } finally {
        $server.Stop()
    }
}

function Invoke-CoreTest {
    $project = Join-Path $root tests ImagePusher.Core.Tests
    dotnet publish $project -c Release -r win-x64 --self-contained -o $published -v:quiet -nologo | Out-Host
    Push-Location $published
    $PSNativeCommandUseErrorActionPreference = $false
    # Of Registry, what depends on files, programs and variables of the system. The other tests cut connections during uploads, and
    # Wine 8 sends the rest of an upload that was cut on the next connection that gets the same handle.
    $registry = 'CredentialHelperTests', 'CredentialTests', 'DockerConfigTests', 'DownloadTests', 'EnvironmentProxyTests',
        'ProgramFinderTests', 'ServerUrlPolicyTests', 'UploadJournalTests'
    $runs = @('Archives', 'Cache', 'Compression', 'IO', 'Library', 'Naming', 'Oci', 'State', 'Transfer').ForEach({
        @{ Name = $_; Selection = '-namespace', "ImagePusher.Core.Tests.$_" }
    })
    $runs += @{ Name = 'Registry'; Selection = $registry.ForEach({ '-class', "ImagePusher.Core.Tests.Registry.$_" }) }
    $results = $runs | ForEach-Object -ThrottleLimit 2 -Parallel {
        $program = Join-Path $using:published ImagePusher.Core.Tests.exe
        $options = @($_.Selection) + '-trait-', 'Wine=*', '-noColor'
        # Wine runs the short form: the stated figures are those of Linux, and the long form takes hours in Wine.
        $lines = timeout 240 env --unset=IMAGEPUSHER_TEST_LONG $using:wine $program @options 2>&1 | ForEach-Object { "$_".Trim() }
        [pscustomobject] @{ Name = $_.Name; Lines = $lines }
    }
    foreach ($result in $results) {
        $result.Lines | Select-String -Pattern '\[FAIL\]' -Context 0, 6 | Out-Host
        $total = $result.Lines | Select-String -Pattern 'Total: (\d+)(?:, Errors: (\d+), Failed: (\d+), Skipped: (\d+))?' |
            Select-Object -Last 1
        if (-not $total) {
            $result.Lines | Select-Object -Last 5
            Add-Result "FAIL The Core tests of $($result.Name) did not run to their end."
            continue
        }
        $all, $errors, $failed, $skipped = $total.Matches[0].Groups[1..4].Value | ForEach-Object { [int] $_ }
        $counts.Passed += $all - $failed - $skipped
        $counts.Failed += $failed + $errors
        $counts.Skipped += $skipped
        "Core tests, $($result.Name): $($total.Line)"
    }
    Pop-Location
}

$env:WINEPREFIX = Join-Path $work wine
$env:WINEARCH = 'win64'
$env:WINEDEBUG = '-all'
# The runtime crashes in Wine 8 with memory that is writable or executable, but never both.
$env:DOTNET_EnableWriteXorExecute = '0'
$env:POWERSHELL_TELEMETRY_OPTOUT = '1'
$env:POWERSHELL_UPDATECHECK = 'Off'
# The external tools are programs of Linux, which these tests do without.
Remove-Item env:IMAGEPUSHER_TEST_REQUIRE_TOOLS -ErrorAction Ignore
Remove-Item env:DISPLAY -ErrorAction Ignore
try {
    dotnet msbuild (Join-Path $PSScriptRoot Tools.proj) -restore -t:GetTools -v:quiet | Out-Host
    # Wine must not ask for its own .NET and HTML engines.
    $env:WINEDLLOVERRIDES = 'mscoree,mshtml='
    & $wine wineboot -i 2>&1 | Out-Null
    Remove-Item env:WINEDLLOVERRIDES
    & $wine reg add 'HKCU\Software\Wine' /v Version /d win10 /f 2>&1 | Out-Null
    if (-not $Smoke) { Invoke-CoreTest }
    $env:DOTNET_ROOT = ConvertTo-WindowsPath (Join-Path $tools dotnet)
    Invoke-Smoke
    Invoke-Interrupt
} finally {
    # It reports an error where it is not running.
    $PSNativeCommandUseErrorActionPreference = $false
    & (Join-Path (Split-Path $wine) wineserver64) -k 2>&1 | Out-Null
    Remove-Item $work -Recurse -Force -ErrorAction Ignore
}
"Windows: $($counts.Passed) passed, $($counts.Failed) failed, $($counts.Skipped) skipped"
exit [int] ($counts.Failed -gt 0)
