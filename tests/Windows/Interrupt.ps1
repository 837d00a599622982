# Waits for a server that never answers, until Ctrl+C arrives.
param([string] $Module, [string] $Tar, [string] $Server, [string] $ResultFile)
Import-Module $Module
try {
    Set-Content $ResultFile started
    Push-ImageTar $Tar -Destination $Server
} finally {
    [IO.File]::AppendAllText($ResultFile, "cleaned`n")
}
[IO.File]::AppendAllText($ResultFile, "not reached`n")
