# Runs one example of the help. It needs the bare engine, no more.

# Runs an example in a world of its own and shows what a person would see who types its statements one after the other.
# Imports the module and removes it again, which closes its session. Writes the world's dictionary.
function Invoke-HelpExample([string] $Module, [string] $Template, [string] $Code) {
    # The pages show numbers and dates so, whatever the machine's language.
    [cultureinfo]::CurrentCulture = [cultureinfo]::InvariantCulture
    $before = $ExecutionContext.SessionState.Path.CurrentLocation.Path
    Import-Module $Module
    $world = & ([IO.Path]::Combine($PSScriptRoot, 'HelpWorld.ps1')) $Template $Code
    foreach ($name in $world.Keys) { $Code = $Code.Replace($name, $world[$name]) }
    $tree = [Management.Automation.Language.Parser]::ParseInput($Code, [ref] $null, [ref] $null)
    # The example's variables stay in the scope of this block.
    & {
        foreach ($statement in $args[0]) {
            try {
                . ([scriptblock]::Create($statement)) 2>&1 3>&1 4>&1 | Out-Default
            } catch {
                $_ | Out-Default
            }
        }
    } $tree.EndBlock.Statements.Extent.Text
    $null = $ExecutionContext.SessionState.Path.SetLocation($before)
    if ($global:HelpWorldListener) {
        $global:HelpWorldListener.Close()
        $global:HelpWorldListener = $null
    }
    Remove-Module ImagePusher
    [IO.Directory]::Delete($world['/home/me'])
    $world
}

# A text of the help or of the screen in the form in which the two are compared.
function ConvertTo-ComparableText([string] $Text, [Collections.IDictionary] $World = @{}) {
    foreach ($name in $World.Keys) { $Text = $Text.Replace($World[$name], $name) }
    $rules = [ordered]@{
        # Colours, and the ends of lines.
        '\x1b\[[0-9;]*m|[ \r]+$'                                                        = ''
        # A port that the system chose.
        '(?<=localhost:)\d{5}\b'                                                        = '40000'
        # What took how long: in a table, in a line of -InformationAction, as an age.
        '(?m)(?<=^[0-9a-f]{12} +\d+ +\d+ +[\d.]+ [KMG]?B )[ \d]{5}\.\d(?= )'            = '    0.0'
        '(?<= in )\d+\.\d(?= s$)'                                                       = '0.0'
        '\b00:\d\d:\d\d\.\d{7}\b'                                                       = '00:00:00.0000000'
        # The time of the run.
        '\b\d\d/\d\d/20\d\d \d\d:\d\d'                                                = '11/23/2026 23:43'
        '(?<= 23:43):\d\d(?= \+00:00)'                                                 = ':00'
        # Rights and owner of a file.
        '(?m)^-[rwx-]{9} +\S+ +\S+ +(?=11/)'                                            = '-rw-r--r--       root root       '
    }
    foreach ($rule in $rules.Keys) { $Text = [regex]::Replace($Text, $rule, $rules[$rule], 'Multiline') }
    ($Text -replace '\n{3,}', "`n`n").Trim("`n")
}
