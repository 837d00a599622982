using ImagePusher.Tests.Fleet;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Discovery;

/// <summary>References in files through the cmdlets: found, pinned, locked and replaced.</summary>
public sealed class DiscoveryTests : IDisposable
{
    private const string Manifest =
        "apiVersion: v1\r\nkind: Pod\r\nmetadata: {name: web}\r\nspec:\r\n  containers:\r\n  - image: nginx:1.27 # kept \u00fc\r\n"
        + "  - image: quay.io/team/app:1\r\n  - image: $(IMAGE)\r\n";

    private readonly TemporaryFolder _folder = new();
    private readonly Engine _engine = new();

    public DiscoveryTests() => _engine["folder"] = _folder.FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _engine.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Files_of_a_pipeline_are_searched_once_and_an_invalid_one_does_not_stop_the_others()
    {
        Write("a/one.yaml", Manifest);
        Write("a/b/two.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: [\n");
        Write("a/b/picture.png", "not text");
        Write("a/b/.github/workflows/build.yml", "on: push\njobs: {a: {container: node:22}}\n");
        Write("a/.git/config.yaml", Manifest);
        var run = await _engine.RunAsync(
            "Get-ChildItem $folder/a -Recurse -Force -File -Exclude config.yaml | Find-ImageReference -WarningAction Ignore", Token);
        Assert.Equal(["InvalidFile"], run.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
        Assert.Equal(
            ["docker.io/library/nginx:1.27", "docker.io/library/node:22", "quay.io/team/app:1"],
            run.Output.Select(found => found.ToString()).Order(StringComparer.Ordinal));

        var recursed = await _engine.RunAsync(
            "Find-ImageReference $folder/a -Recurse -WarningAction Ignore -ErrorAction Ignore | ForEach-Object Reference", Token);
        Assert.Equal(["docker.io/library/nginx:1.27", "quay.io/team/app:1", "docker.io/library/node:22"],
            recursed.Output.Select(found => found.ToString()));
    }

    [Fact]
    public async Task A_value_that_is_set_where_it_is_used_is_a_warning_that_names_it()
    {
        Write("pod.yaml", Manifest);
        var warnings = await _engine.OutputAsync(
            "(Find-ImageReference $folder/pod.yaml 3>&1).Where({ $_ -is [System.Management.Automation.WarningRecord] }).Message", Token);
        Assert.Contains("line 8, column 12: '$(IMAGE)' is skipped", Assert.Single(warnings).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mirror_replaces_names_and_nothing_else_and_a_second_run_changes_nothing()
    {
        var file = Write("pod.yaml", Manifest);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.UserExecute);
        }

        var mode = OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(file);
        var whatIf = await _engine.OutputAsync(
            "Set-ImageReference $folder/pod.yaml -Mirror mirror.example/hub/ -WhatIf -WarningAction Ignore", Token);
        Assert.Empty(whatIf);
        Assert.Equal(Manifest, await File.ReadAllTextAsync(file, Token));

        var changes = await _engine.OutputAsync("Set-ImageReference $folder/pod.yaml -Mirror mirror.example/hub/ -WarningAction Ignore",
            Token);
        Assert.Equal(["mirror.example/hub/nginx:1.27", "mirror.example/hub/team/app:1"], changes.Select(change => change.ToString()));
        var expected = Manifest.Replace("nginx:1.27", "mirror.example/hub/nginx:1.27", StringComparison.Ordinal)
            .Replace("quay.io/team/app:1", "mirror.example/hub/team/app:1", StringComparison.Ordinal);
        Assert.Equal(expected, await File.ReadAllTextAsync(file, Token));
        Assert.Equal(mode, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(file));
        Assert.Equal([file], Directory.GetFiles(_folder.FullName));

        Assert.Empty(await _engine.OutputAsync("Set-ImageReference $folder/pod.yaml -Mirror mirror.example/hub/ -WarningAction Ignore",
            Token));
        Assert.Equal(expected, await File.ReadAllTextAsync(file, Token));
    }

    [Theory]
    [InlineData("-Mirror mirror.example/hub/ -KeepLibrary", "mirror.example/hub/library/nginx:1.27")]
    [InlineData("-Mirror mirror.example", "mirror.example/nginx:1.27")]
    public async Task Names_are_those_of_a_push_to_the_same_destination(string options, string expected)
    {
        Write("images.txt", "nginx:1.27");
        Assert.Equal([expected],
            (await _engine.OutputAsync($"Set-ImageReference $folder/images.txt {options}", Token)).Select(change => change.ToString()));
    }

    [Fact]
    public async Task Two_images_with_one_name_in_the_mirror_are_a_conflict_and_the_second_is_unchanged()
    {
        var file = Write("images.txt", "docker.io/team/app:1\nquay.io/team/app:1\n");
        var run = await _engine.RunAsync("Set-ImageReference $folder/images.txt -Mirror mirror.example/", Token);
        Assert.Equal("DestinationConflict", Assert.Single(run.Errors).FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal("mirror.example/team/app:1\nquay.io/team/app:1\n", await File.ReadAllTextAsync(file, Token));
    }

    [Fact]
    public async Task Variables_are_not_changed_and_a_warning_lists_them()
    {
        const string Compose = "services:\n  a: {image: \"nginx:${TAG:-1.27}\"}\n";
        var file = Write("compose.yaml", Compose);
        var output = await _engine.OutputAsync("Set-ImageReference $folder/compose.yaml -Mirror mirror.example/ 3>&1", Token);
        Assert.Contains("'nginx:${TAG:-1.27}' is not changed", Assert.Single(output).ToString(), StringComparison.Ordinal);
        Assert.Equal(Compose, await File.ReadAllTextAsync(file, Token));
    }

    [Fact]
    public async Task The_pipeline_selects_the_references_that_are_replaced()
    {
        var file = Write("pod.yaml", Manifest);
        await _engine.OutputAsync(
            "Find-ImageReference $folder/pod.yaml -WarningAction Ignore | Where-Object Reference -like quay.io/* "
                + "| Set-ImageReference -Mirror mirror.example/ -WarningAction Ignore", Token);
        Assert.Equal(Manifest.Replace("quay.io/team", "mirror.example/team", StringComparison.Ordinal),
            await File.ReadAllTextAsync(file, Token));
    }

    [Fact]
    public async Task A_link_is_kept_and_its_target_is_changed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        var file = Write("real.txt", "nginx:1.27");
        File.CreateSymbolicLink(_folder["link.txt"], file);
        await _engine.OutputAsync("Set-ImageReference $folder/link.txt -Mirror mirror.example/", Token);
        Assert.Equal("mirror.example/nginx:1.27", await File.ReadAllTextAsync(file, Token));
        Assert.NotNull(new FileInfo(_folder["link.txt"]).LinkTarget);
    }

    [Fact]
    public async Task Without_a_change_to_make_the_call_fails()
    {
        Write("images.txt", "nginx");
        var run = await _engine.RunAsync("Set-ImageReference $folder/images.txt", Token);
        Assert.Equal("InvalidOption", Assert.Single(run.Errors).FullyQualifiedErrorId.Split(',')[0]);
    }

    [Fact]
    public async Task Digests_are_requested_by_one_HEAD_for_each_reference_and_pinned_locked_and_written()
    {
        await using var fleet = await FleetSource.StartAsync(2, Token);
        await using var proxy = FaultProxy.Start(fleet.Registry.Address);
        var names = fleet.Fleet.Images.Select(image => $"{proxy.Address}/{image.Key}").Order(StringComparer.Ordinal).ToList();
        var digests = names.ToDictionary(name => name, name => fleet.Fleet.Images[name[(proxy.Address.Length + 1)..]]);
        var file = Write("images.txt", string.Join('\n', [.. names, names[0], $"{names[1]}"]) + "\n");

        var resolved = await _engine.OutputAsync("Find-ImageReference $folder/images.txt | Resolve-ImageDigest", Token);
        Assert.Equal([.. names, names[0], names[1]], resolved.Select(item => (string)item.Properties["Text"].Value));
        Assert.All(resolved, item => Assert.Equal($"{item.Properties["Reference"].Value}@{digests[(string)item.Properties["Text"].Value]}",
            item.ToString()));
        Assert.Equal((names.Count, 0), (proxy.Count("HEAD", "/manifests/"), proxy.Count("GET", "/manifests/")));

        await _engine.OutputAsync("Find-ImageReference $folder/images.txt | Resolve-ImageDigest | Export-ImageLock -Path $folder/lock.yml",
            Token);
        var locked = await File.ReadAllTextAsync(_folder["lock.yml"], Token);
        Assert.Equal(
            "---\napiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n" + string.Concat(names.Select(name =>
                $"- image: {name[..name.LastIndexOf(':')]}@{digests[name]}\n  annotations:\n    kbld.carvel.dev/id: {name}\n")),
            locked);
        var again = await _engine.RunAsync(
            "Find-ImageReference $folder/images.txt | Resolve-ImageDigest | Export-ImageLock -Path $folder/lock.yml", Token);
        Assert.Equal("DestinationConflict", Assert.Single(again.Errors).FullyQualifiedErrorId.Split(',')[0]);

        await _engine.OutputAsync("Set-ImageReference $folder/images.txt -PinDigest", Token);
        var pinned = await File.ReadAllTextAsync(file, Token);
        Assert.Equal(string.Concat(new[] { names[0], names[1], names[0], names[1] }.Select(name => $"{name}@{digests[name]}\n")), pinned);
        var before = proxy.Requests.Count;
        Assert.Empty(await _engine.OutputAsync("Set-ImageReference $folder/images.txt -PinDigest", Token));
        Assert.Equal(before, proxy.Requests.Count);
    }

    [Fact]
    public async Task A_lock_accepts_only_references_with_a_digest()
    {
        var run = await _engine.RunAsync("'nginx:1.27' | Export-ImageLock -Path $folder/lock.yml", Token);
        Assert.Equal("InvalidReference", Assert.Single(run.Errors).FullyQualifiedErrorId.Split(',')[0]);
        Assert.False(File.Exists(_folder["lock.yml"]));
    }

    private string Write(string name, string content)
    {
        var path = _folder[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }
}
