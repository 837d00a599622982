# Runs one example of the help pages in an isolated environment and makes its output comparable.

# Runs the statements of an example one after the other and shows what a user would see. Imports the module and removes it
# again, which closes its session. Returns the dictionary of the environment (HelpEnvironment.ps1).
function Invoke-HelpExample([string] $Module, [string] $Template, [string] $Code) {
    # The pages show numbers and dates in the invariant culture.
    [cultureinfo]::CurrentCulture = [cultureinfo]::InvariantCulture
    $before = Get-Location
    # Answers the prompt that an example would show.
    function global:Get-Credential([string] $UserName) {
        [pscredential]::new($UserName, (ConvertTo-SecureString $env:REGISTRY_PASSWORD -AsPlainText))
    }
    Import-Module $Module
    $environment = & (Join-Path $PSScriptRoot HelpEnvironment.ps1) $Template $Code
    foreach ($name in $environment.Keys) { $Code = $Code.Replace($name, $environment[$name]) }
    $tree = [Management.Automation.Language.Parser]::ParseInput($Code, [ref] $null, [ref] $null)
    # The variables of the example stay in the scope of this block.
    & {
        foreach ($statement in $args[0]) {
            try {
                . ([scriptblock]::Create($statement)) 2>&1 3>&1 4>&1 | Out-Default
            } catch {
                $_ | Out-Default
            }
        }
    } $tree.EndBlock.Statements.Extent.Text
    Set-Location $before
    if ($global:HelpRateLimitListener) {
        $global:HelpRateLimitListener.Close()
        $global:HelpRateLimitListener = $null
    }
    Remove-Module ImagePusher
    Remove-Item function:global:Get-Credential
    [IO.Directory]::Delete($environment['/home/me'])
    $environment
}

# Removes from a page's output or from the screen what differs from run to run.
function ConvertTo-ComparableText([string] $Text, [Collections.IDictionary] $Environment = @{}) {
    foreach ($name in $Environment.Keys) { $Text = $Text.Replace($Environment[$name], $name) }
    $rules = [ordered]@{
        # Colors, then trailing white space.
        '\x1b\[[0-9;]*m'                                                                = ''
        '[ \r]+$'                                                                       = ''
        # A port chosen by the system.
        '(?<=localhost:)\d{5}\b'                                                        = '40000'
        # Durations: in a table, in a line of -InformationAction, as a time span.
        '(?m)(?<=^[0-9a-f]{12} +\d+ +\d+ +[\d.]+ [KMG]?B )[ \d]{5}\.\d(?= )'            = '    0.0'
        '(?<= in )\d+\.\d(?= s$)'                                                       = '0.0'
        '\b00:\d\d:\d\d\.\d{7}\b'                                                       = '00:00:00.0000000'
        # The time of the run.
        '\b\d\d/\d\d/20\d\d \d\d:\d\d'                                                  = '11/23/2026 23:43'
        '(?<= 23:43):\d\d(?= \+00:00)'                                                  = ':00'
        # The age of an image, in days.
        '(?<=, created )\d+(?= d ago)'                                                  = '20784'
        # Mode and owner of a file.
        '(?m)^-[rwx-]{9} +\S+ +\S+ +(?=11/)'                                            = '-rw-r--r--       root root       '
    }
    foreach ($rule in $rules.Keys) { $Text = [regex]::Replace($Text, $rule, $rules[$rule], 'Multiline') }
    ($Text -replace '\n{3,}', "`n`n").Trim("`n")
}
