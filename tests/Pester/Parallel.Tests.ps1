# Thread jobs and parallel loops: all runspaces of a process share one session.
Describe 'Other runspaces of the process' {
    BeforeAll {
        . "$PSScriptRoot/Support/Session.ps1"
        $server = Start-TestSession
        $registry = $server.Registry
    }

    AfterAll { Stop-TestSession }

    It 'ForEach-Object -Parallel pushes, and its branches share uploads' {
        $pushed = 1..8 | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module $using:module
            Push-ImageTar $using:hello -Destination "$using:registry/parallel/app:$_"
        }
        $pushed.Count | Should -Be 8
        @($pushed.Digest | Sort-Object -Unique).Count | Should -Be 1
        (Get-RegistryTag "$registry/parallel/app").Tag | Sort-Object | Should -Be (1..8)
        ($pushed.Uploaded | Measure-Object -Sum).Sum | Should -Be 2 -Because 'the process uploads each digest once'
    }

    It 'Start-ThreadJob uses the connection and the cache of the session' {
        $credential = [pscredential]::new('builder', (ConvertTo-SecureString secret -AsPlainText -Force))
        $closed = Start-LocalRegistry -Port 0 -Path (Join-Path $TestDrive closed) -Credential $credential
        $env:TEST_REGISTRY_PASSWORD = 'secret'
        $null = Connect-Registry $closed.Registry -UserName builder -PasswordVariable TEST_REGISTRY_PASSWORD
        Remove-Item Env:TEST_REGISTRY_PASSWORD
        $null = Import-ImageTar $hello -Reference example.com/hello:1
        $jobs = foreach ($target in (1..3).ForEach({ "$($closed.Registry)/job/app:$_" })) {
            Start-ThreadJob {
                Import-Module $using:module
                Get-CachedImage example.com/hello:1 | Push-CachedImage -Destination $using:target
            }
        }
        $results = $jobs | Receive-Job -Wait -AutoRemoveJob
        $results.Reference | Sort-Object | Should -Be (1..3).ForEach({ "$($closed.Registry)/job/app:$_" })
        Stop-LocalRegistry $closed
    }

    It 'the session continues after a thread job has ended' {
        Start-ThreadJob {
            Import-Module $using:module
            $null = Connect-Registry $using:registry
            Set-RegistryOption $using:registry -ThrottleLimit 2
        } | Receive-Job -Wait -AutoRemoveJob
        (Get-RegistryConnection $registry).Registry | Should -BeExactly $registry
        (Get-RegistryOption $registry).ThrottleLimit | Should -Be 2
        (Get-LocalRegistry).Registry | Should -Contain $registry
    }

    It 'a bad input is an error only in its own branch' {
        $results = $hello, "$TestDrive/missing.tar", $hello | ForEach-Object -Parallel {
            Import-Module $using:module
            Push-ImageTar $_ -Destination "$using:registry/branch/" -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed.ForEach({ $_.CategoryInfo.Category })
        }
        @($results | Where-Object Reference).Count | Should -Be 2
        @($results | Where-Object { $_ -is [Management.Automation.ErrorCategory] }).Count | Should -Be 1
    }
}
