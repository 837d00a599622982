# The examples for several machines: lists in files, hosts reached by remoting, and the scripts in the workflows, run as the
# services run them.
BeforeDiscovery {
    $examples = "$PSScriptRoot/../../docs/examples"
    # The file of each service and the line before its script.
    $workflows = @(
        @{ Name = 'github-matrix.yml'; File = "$examples/github-matrix.yml"; Begin = 'run: |' }
        @{ Name = 'azure-matrix.yml'; File = "$examples/azure-matrix.yml"; Begin = '- pwsh: |' }
        @{ Name = 'k8s-job.yaml'; File = "$examples/k8s-job.yaml"; Begin = '- |' }
    ) | ForEach-Object { $_ + @{ Images = 'images.txt' }; $_ + @{ Images = 'mirror.yml' } }
}

Describe 'A list of images' {
    BeforeAll {
        $module = (Resolve-Path "$PSScriptRoot/../../out/ImagePusher/ImagePusher.psd1").Path
        Import-Module $module -Force
        $pwsh = (Get-Command pwsh -CommandType Application)[0].Source
        $examples = (Resolve-Path "$PSScriptRoot/../../docs/examples").Path
        Set-ImageCache (Join-Path $TestDrive cache)
        $source = (Start-LocalRegistry -Port 0 -Path (Join-Path $TestDrive source)).Registry
        $names = 1..6 | ForEach-Object { "team/app:$_.0" }
        $names | ForEach-Object { $null = Push-ImageTar "$examples/hello.tar" -Destination "$source/$_" }
        $work = (New-Item -ItemType Directory (Join-Path $TestDrive work)).FullName
        $list = Join-Path $work images.txt
        Set-Content $list ('# the images', '' + $names.ForEach({ "$source/$_" }))
        Set-Content (Join-Path $work mirror.yml) "${source}:`n  images-by-semver:`n    team/app: '>=1'"
        Copy-Item "$examples/mirror-list.ps1" $work

        # The text of a block scalar of YAML: the indented lines after its first line.
        function Get-Block([string] $File, [string] $Begin) {
            $lines = Get-Content $File
            $head = [Array]::FindIndex($lines, [Predicate[string]] { $args[0].TrimEnd().EndsWith($Begin) })
            $indent = $lines[$head + 1] -replace '\S.*'
            $block = foreach ($line in $lines[($head + 1)..($lines.Count - 1)]) {
                if (-not $line.StartsWith($indent)) { break }
                $line.Substring($indent.Length)
            }
            $block -join "`n"
        }
    }

    BeforeEach {
        $target = (Start-LocalRegistry -Port 0 -Path (Join-Path $TestDrive ([guid]::NewGuid()))).Registry
    }

    AfterEach {
        Stop-LocalRegistry $target
    }

    AfterAll {
        Stop-LocalRegistry $source
    }

    It 'in a CSV file is copied by its column Reference' {
        $csv = Join-Path $work images.csv
        $names | ForEach-Object { [pscustomobject]@{ Owner = 'team'; Reference = "$source/$_" } } | Export-Csv $csv
        (Import-Csv $csv | Copy-RegistryImage -Destination $target).Reference | Should -Be $names.ForEach({ "$target/$_" })
    }

    It 'in <Images> is split among hosts by remoting, and the results bind to cmdlets' -Skip:$IsWindows -TestCases @(
        @{ Images = 'images.txt'; Type = 'ImagePushResult' }, @{ Images = 'mirror.yml'; Type = 'SyncResult' }) {
        # This ssh starts the remote pwsh on this machine; everything above the transport is as between two machines.
        $bin = (New-Item -ItemType Directory (Join-Path $TestDrive bin) -Force).FullName
        Set-Content (Join-Path $bin ssh) "#!/bin/sh`nexec '$pwsh' -NoProfile -SSHServerMode"
        chmod +x (Join-Path $bin ssh)
        $path, $modules = $env:PATH, $env:PSModulePath
        try {
            $env:PATH = "$bin$([IO.Path]::PathSeparator)$path"
            $env:PSModulePath = "$(Split-Path (Split-Path $module))$([IO.Path]::PathSeparator)$modules"
            $results = & "$examples/mirror-hosts.ps1" (Join-Path $work $Images) $target -HostName build1, build2
        } finally {
            $env:PATH, $env:PSModulePath = $path, $modules
        }
        $results.Reference | Sort-Object | Should -Be $names.ForEach({ "$target/$_" })
        $results[0].PSObject.TypeNames | Should -Contain "Deserialized.ImagePusher.Output.$Type"
        # The part of an image depends on its name, in which the port differs from run to run: all may belong to one host.
        $list = $names.ForEach({ "$source/$_" })
        if ($Images -eq 'mirror.yml') { $list = Get-SyncPlan (Join-Path $work $Images) -Destination $target }
        $hosts = (1, 2).Where({ $list | Select-ImageShard "$_/2" }).ForEach({ "build$_" })
        ($results.PSComputerName | Sort-Object -Unique) | Should -Be $hosts
        ($results | Get-RegistryManifest).Digest | Should -Be $results.Digest
        ($results | Copy-RegistryImage -Destination "$target/again/").Count | Should -Be 6
    }

    It 'in <Images> is copied completely by the parts of <Name>' -TestCases $workflows {
        $script = (Get-Block $File $Begin).Replace('/mirror/mirror-list.ps1', "$work/mirror-list.ps1").
            Replace('/mirror/images.txt', 'images.txt').Replace('images.txt', $Images).
            Replace('myregistry.azurecr.io/mirror/', "$target/mirror/").Replace('registry.example.com/mirror/', "$target/mirror/").
            Replace('./ImagePusher/ImagePusher.psd1', $module).Replace('Import-Module ImagePusher', "Import-Module '$module'").
            Replace('$(System.TotalJobsInPhase)', '2')
        $script | Should -Match 'mirror-list\.ps1'
        foreach ($part in 1, 2) {
            $start = [Diagnostics.ProcessStartInfo]::new($pwsh)
            $command = $script.Replace('$(System.JobPositionInPhase)', "$part")
            '-NoProfile', '-NonInteractive', '-Command', $command | ForEach-Object { $start.ArgumentList.Add($_) }
            $start.WorkingDirectory = $work
            $start.RedirectStandardError = $start.RedirectStandardOutput = $true
            $start.Environment['SHARD'] = "$part/2"
            $start.Environment['SHARDS'] = '2'
            $start.Environment['JOB_COMPLETION_INDEX'] = "$($part - 1)"
            $start.Environment['DESTINATION'] = "$target/mirror/"
            $start.Environment['IMAGEPUSHER_CACHE'] = Join-Path $TestDrive "cache-$part"
            $start.Environment['DOCKER_CONFIG'] = Join-Path $TestDrive docker
            $null = $start.Environment.Remove('MIRROR_USER')
            $process = [Diagnostics.Process]::Start($start)
            $output = $process.StandardOutput.ReadToEndAsync()
            $problem = $process.StandardError.ReadToEnd()
            $process.WaitForExit()
            $process.ExitCode | Should -Be 0 -Because "$problem$($output.Result)"
        }
        (Get-RegistryTag "$target/mirror/team/app").Reference | Should -Be $names.ForEach({ "$target/mirror/$_" })
    }
}
