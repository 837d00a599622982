# The rules for the scripts, for example: Invoke-ScriptAnalyzer ./build.ps1 -Settings ./PSScriptAnalyzerSettings.psd1
@{
    ExcludeRules = @(
        # Join-Path and the functions of the scripts are called by position; the cmdlets of the module have few positions.
        'PSAvoidUsingPositionalParameters'
        # Functions of a script are not commands that a user calls; build.ps1 and the cmdlets of the module have -WhatIf.
        'PSUseShouldProcessForStateChangingFunctions'
        # The rule does not see variables that nested blocks use, such as those of Pester.
        'PSUseDeclaredVarsMoreThanAssignments'
        'PSReviewUnusedParameter'
        # Tests use passwords that are no secrets, variables that examples see as at the prompt, and the output of a child process.
        'PSAvoidUsingConvertToSecureStringWithPlainText'
        'PSAvoidGlobalVars'
        'PSAvoidUsingWriteHost'
        # The rule takes a variable of ErrorVariable for one of another runspace.
        'PSUseUsingScopeModifierInNewRunspaces'
        # PowerShell 7 reads files without a byte order mark as UTF-8.
        'PSUseBOMForUnicodeEncodedFile'
    )
}
