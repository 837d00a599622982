# Functions of Smoke.ps1 and Paths.ps1, which run in pwsh.exe. Each check adds a line to $ResultFile.
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

# Opens every file of a folder as a virus scanner or a backup does. The caller closes the streams.
function Open-EveryFile([string[]] $Path) {
    $files = @(Get-ChildItem $Path -File -Recurse -Force)
    if (-not $files) { throw "No files in $Path." }
    $files.ForEach({ [IO.File]::Open($_.FullName, 'Open', 'Read', 'Read, Write, Delete') })
}
