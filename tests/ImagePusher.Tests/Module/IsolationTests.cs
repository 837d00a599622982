using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using System.Runtime.Loader;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Module;

/// <summary>The module keeps to its own load context, regardless of other assemblies in the process.</summary>
public sealed class IsolationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Twelve_runspaces_that_import_concurrently_share_one_load_context()
    {
        using var copy = ModuleCopy();
        using var start = new Barrier(12);
        var imports = Enumerable.Range(0, 12).Select(_ => Task.Factory.StartNew(
            () =>
            {
                using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
                runspace.Open();
                using var shell = PowerShell.Create(runspace);
                shell.AddScript($"Import-Module '{Manifest(copy)}'; (Get-Command Get-RegistryOption).ImplementingType.Assembly");
                start.SignalAndWait(Token);
                return Assert.Single(shell.Invoke<Assembly>());
            },
            Token,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default));
        var assemblies = await Task.WhenAll(imports);
        Assert.Single(assemblies.Distinct());
        Assert.Single(ContextsOf(copy));
        Assert.NotSame(AssemblyLoadContext.Default, AssemblyLoadContext.GetLoadContext(assemblies[0]));
    }

    [Fact]
    public async Task A_forced_import_exports_every_cmdlet_again()
    {
        using var engine = new Engine();
        for (var i = 0; i < 3; i++)
        {
            var script = $"Import-Module '{Repository.ModuleManifest}' -Force; (Get-Module ImagePusher).ExportedCmdlets.Keys";
            var names = await engine.OutputAsync(script, Token);
            Assert.Equal(ModuleAssemblies.CmdletNames(), names.Select(name => name.ToString()).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task The_module_can_be_removed_and_imported_again()
    {
        using var engine = new Engine();
        var again = $"Remove-Module ImagePusher; Import-Module '{Repository.ModuleManifest}'; Get-CachedImage";
        var names = await engine.OutputAsync($"{again}; (Get-Module ImagePusher).ExportedCmdlets.Keys", Token);
        Assert.Equal(ModuleAssemblies.CmdletNames(), names.Select(name => name.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_older_Polly_that_another_module_loaded_before_is_not_used()
    {
        var foreign = Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, "foreign", "Polly.Core.dll"));
        Assert.Equal("8.1.0", InformationalVersion(foreign));
        Assert.Same(AssemblyLoadContext.Default, AssemblyLoadContext.GetLoadContext(foreign));
        using var copy = ModuleCopy();
        using var engine = new Engine(withModule: false);
        await engine.OutputAsync($"Import-Module '{Manifest(copy)}'", Token);
        var context = Assert.Single(ContextsOf(copy));
        var core = context.Assemblies.Single(assembly => assembly.GetName().Name == "ImagePusher.Core");
        var reference = core.GetReferencedAssemblies().Single(name => name.Name == "Polly.Core");
        var used = AssemblyLoadContext.GetLoadContext(core)!.LoadFromAssemblyName(reference);
        Assert.Equal(Path.Combine(Path.GetDirectoryName(Manifest(copy))!, "bin", "Polly.Core.dll"), used.Location);
        Assert.NotEqual("8.1.0", InformationalVersion(used));
    }

    [Fact]
    public async Task Each_public_exception_can_be_caught_by_its_name_in_a_fresh_shell()
    {
        var names = ModuleAssemblies.ExceptionNames();
        Assert.True(names.Count >= 15, "Core has a type for each failure that a user meets.");
        using var shell = new PwshProcess();
        var script = "Import-Module ImagePusher\n"
            + "function new($type) { $c = $type.GetConstructors()[0]; "
            + "$c.Invoke(@(foreach ($p in $c.GetParameters()) { if ($p.HasDefaultValue) { $p.DefaultValue } else { 'x' } })) }\n"
            + string.Concat(names.Select(name => $"try {{ throw (new ([{name}])) }} catch [{name}] {{ 'caught {name}' }}\n"));
        shell.Folder.Write("catch.ps1", script);
        var result = await shell.RunAsync(["-File", "catch.ps1"]);
        Assert.Equal("", result.Error);
        Assert.Equal(string.Concat(names.Select(name => $"caught {name}\n")), result.Output);
    }

    [Fact]
    public async Task An_error_of_a_cmdlet_is_caught_by_its_type_and_by_the_types_above_it()
    {
        using var shell = new PwshProcess();
        foreach (var type in new[] { "InvalidReferenceException", "ImagePusherException" })
        {
            var show = "\"caught: $($_.Exception.RecommendedAction.Length -gt 0)\"";
            var script = $"try {{ Get-RegistryManifest 'a//b' -ErrorAction Stop }} catch [ImagePusher.Core.{type}] {{ {show} }}";
            var result = await shell.RunAsync(["-Command", script]);
            Assert.Equal("caught: True\n", result.Output);
        }
    }

    [Fact]
    public async Task A_second_copy_of_the_module_in_one_session_is_an_error_that_names_the_first()
    {
        using var copy = ModuleCopy();
        using var engine = new Engine();
        var outcome = await engine.RunAsync($"Import-Module '{Manifest(copy)}'", Token);
        var message = outcome.Terminating?.Exception.Message ?? Assert.Single(outcome.Errors).Exception.Message;
        Assert.Equal(
            $"Another copy of ImagePusher is imported from '{Repository.ModuleFolder.TrimEnd('/')}'. "
            + "Run 'Remove-Module ImagePusher', then import this copy again.",
            message);
        Assert.Single(await engine.OutputAsync("Get-Module ImagePusher", Token));
        await engine.OutputAsync($"Remove-Module ImagePusher; Import-Module '{Manifest(copy)}' -ErrorAction Stop; Get-CachedImage", Token);
    }

    [Fact]
    public async Task Exception_types_have_names_in_every_runspace_until_the_last_one_removes_the_module()
    {
        using var pwsh = new PwshProcess();
        pwsh.Folder.Write("names.ps1", """
            $name = 'ImagePusher.Core.ImageNotCachedException'
            $catch = "try { Get-CachedImage missing:1 -ErrorAction Stop } catch [$name] { 'caught' }"
            Import-Module ImagePusher
            & ([scriptblock]::Create($catch))
            1 | ForEach-Object -Parallel { Import-Module ImagePusher; & ([scriptblock]::Create($using:catch)) }
            & ([scriptblock]::Create("$catch # again"))
            Remove-Module ImagePusher
            [bool] ($name -as [type])
            Import-Module ImagePusher
            Import-Module ImagePusher -Force
            & ([scriptblock]::Create("$catch # after -Force"))
            Remove-Module ImagePusher
            [bool] ($name -as [type])
            """);
        var result = await pwsh.RunAsync(["-File", "names.ps1"]);
        Assert.Equal("", result.Error);
        Assert.Equal("caught\ncaught\ncaught\nFalse\ncaught\nFalse\n", result.Output);
    }

    [Fact]
    public async Task Force_keeps_the_session_and_removing_the_module_ends_it_also_after_Force()
    {
        using var pwsh = new PwshProcess();
        pwsh.Folder.Write("session.ps1", """
            Import-Module ImagePusher
            $null = Start-LocalRegistry -Port 0 -CachePath first
            Import-Module ImagePusher -Force
            $null = Start-LocalRegistry -Port 0 -CachePath second
            Import-Module ImagePusher -Force
            @(Get-LocalRegistry).Count
            Remove-Module ImagePusher
            Import-Module ImagePusher
            @(Get-LocalRegistry).Count
            """);
        var result = await pwsh.RunAsync(["-File", "session.ps1"]);
        Assert.Equal("", result.Error);
        Assert.Equal("2\n0\n", result.Output);
    }

    [Fact]
    public async Task The_oldest_of_two_copies_in_two_runspaces_owns_the_names()
    {
        using var copy = ModuleCopy();
        using var pwsh = new PwshProcess();
        pwsh.Folder.Write("copies.ps1", """
            param($Copy)
            $type = '[ImagePusher.Core.ImageNotCachedException]'
            $catch = "try { Get-CachedImage missing:1 -ErrorAction Stop } catch $type { 'caught' } catch { 'other' }"
            $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
            $runspace.Open()
            function Invoke-Other($Script) { [powershell]::Create($runspace).AddScript($Script).Invoke() }
            Import-Module ImagePusher
            $null = Invoke-Other "Import-Module '$Copy'"
            # The engine caches parameters by the name and version of a cmdlet's type, so only one of the equal copies can run cmdlets.
            Invoke-Other $catch
            Remove-Module ImagePusher
            Invoke-Other "$catch # again"
            """);
        var result = await pwsh.RunAsync(["-File", "copies.ps1", Manifest(copy)]);
        Assert.Equal("", result.Error);
        Assert.Equal("other\ncaught\n", result.Output);
    }

    /// <summary>A copy of the module: another path has a separate load context that is unused in this process.</summary>
    private static TemporaryFolder ModuleCopy()
    {
        var copy = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(Repository.ModuleFolder, "*", SearchOption.AllDirectories))
        {
            copy.Write(Path.Combine("ImagePusher", Path.GetRelativePath(Repository.ModuleFolder, file)), File.ReadAllBytes(file));
        }

        return copy;
    }

    private static string Manifest(TemporaryFolder copy) => Path.Combine(copy["ImagePusher"], "ImagePusher.psd1");

    private static IEnumerable<AssemblyLoadContext> ContextsOf(TemporaryFolder copy) =>
        AssemblyLoadContext.All.Where(context => context.Name?.Contains(copy.FullName, StringComparison.Ordinal) == true);

    private static string InformationalVersion(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
