# Reads the help pages of docs/en-US.

# The examples of pages: Id (Page/number), Title, Code, Output (empty where the page shows none).
function Get-HelpExample([string] $Folder, [string[]] $Name) {
    foreach ($page in Get-ChildItem $Folder -Filter *-*.md | Sort-Object Name) {
        if ($Name -and $page.BaseName -notin $Name) { continue }
        $text = (Get-Content $page -Raw) -replace '\r'
        $number = 0
        foreach ($match in [regex]::Matches($text, '(?ms)^### Example (?<number>\d+): (?<title>[^\n]+)\n(?<body>.*?)(?=^##)')) {
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
