# The rules for the scripts: Invoke-ScriptAnalyzer . -Recurse -Settings ./PSScriptAnalyzerSettings.psd1
@{
    ExcludeRules = @(
        # Join-Path and the functions of the scripts are called by position; the cmdlets of the module have few positions.
        'PSAvoidUsingPositionalParameters'
        # Functions of a script are not commands that a user calls; build.ps1 and the cmdlets of the module have -WhatIf.
        'PSUseShouldProcessForStateChangingFunctions'
        # The rule does not see variables that nested blocks use, such as those of Pester.
        'PSUseDeclaredVarsMoreThanAssignments'
        'PSReviewUnusedParameter'
        # PowerShell 7 reads files without a byte order mark as UTF-8.
        'PSUseBOMForUnicodeEncodedFile'
    )
}
