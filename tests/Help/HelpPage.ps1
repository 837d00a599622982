# Reads the examples of the help pages in docs/en-US.

# One object per example: Id (Page/number), Title, Code and Output (empty where the page shows none).
function Get-HelpExample([string] $Folder, [string[]] $Name) {
    foreach ($page in Get-ChildItem $Folder -Filter *-*.md | Sort-Object Name -Culture '') {
        if ($Name -and $page.BaseName -notin $Name) { continue }
        $text = (Get-Content -LiteralPath $page.FullName -Raw) -replace '\r'
        $number = 0
        foreach ($match in [regex]::Matches($text, '(?ms)^### Example \d+: (?<title>[^\n]+)\n(?<body>.*?)(?=^##)')) {
            $number++
            $code = [regex]::Matches($match.Groups['body'].Value, '(?ms)^```powershell\n(.*?)\n```$')
            $output = [regex]::Match($match.Groups['body'].Value, '(?ms)^```output\n(.*?)\n```$')
            [pscustomobject]@{
                Id     = "$($page.BaseName)/$number"
                Title  = $match.Groups['title'].Value
                Code   = $code.ForEach({ $_.Groups[1].Value }) -join "`n"
                Output = $output.Success ? $output.Groups[1].Value : ''
            }
        }
    }
}
