# Reads the help pages of docs/en-US. It needs the bare engine and the module, no more.

# The examples of pages: Id (Page/number), Title, Code, Output (empty where the page shows none) and Missing, the commands
# that the bare engine with the module has not: none, and xunit runs the example there; some, and Pester runs it in pwsh.
function Get-HelpExample([string] $Folder, [string[]] $Name) {
    $pages = [IO.Directory]::GetFiles($Folder, '*-*.md')
    [Array]::Sort($pages, [StringComparer]::Ordinal)
    foreach ($page in $pages) {
        $cmdlet = [IO.Path]::GetFileNameWithoutExtension($page)
        if ($Name -and $cmdlet -notin $Name) { continue }
        $text = [IO.File]::ReadAllText($page) -replace '\r'
        $number = 0
        foreach ($match in [regex]::Matches($text, '(?ms)^### Example \d+: (?<title>[^\n]+)\n(?<body>.*?)(?=^##)')) {
            $number++
            $code = [regex]::Matches($match.Groups['body'].Value, '(?ms)^```powershell\n(.*?)\n```$')
            $output = [regex]::Match($match.Groups['body'].Value, '(?ms)^```output\n(.*?)\n```$')
            $code = $code.ForEach({ $_.Groups[1].Value }) -join "`n"
            [pscustomobject]@{
                Id      = "$cmdlet/$number"
                Title   = $match.Groups['title'].Value
                Code    = $code
                Output  = $output.Success ? $output.Groups[1].Value : ''
                Missing = @(Get-MissingCommand $code)
            }
        }
    }
}

# The commands in a script that are neither the module's nor those which the engine has without any module.
function Get-MissingCommand([string] $Code) {
    $tree = [Management.Automation.Language.Parser]::ParseInput($Code, [ref] $null, [ref] $null)
    $seen = [Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
    foreach ($call in $tree.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)) {
        $name = $call.GetCommandName()
        if (-not $seen.Add($name)) { continue }
        $command = Get-Command $name -CommandType Cmdlet -ErrorAction Ignore
        if (-not $command -or $command.Source -notin 'ImagePusher', 'Microsoft.PowerShell.Core') { $name }
    }
}
