using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Discovery;

/// <summary>File names are untrusted: none affects the terminal or the CI system that displays it.</summary>
public sealed class HostileNameTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SmallImages _images = new();
    private readonly Engine _engine = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _engine.Dispose();
        _images.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("\u001b[2Jx.yaml", "Find-ImageReference $folder -Recurse")]
    [InlineData("##vso[task.prependpath]x.yaml", "Find-ImageReference $folder/*")]
    [InlineData("a/::add-mask::x/Dockerfile", "Find-ImageReference -LiteralPath $folder -Recurse")]
    [InlineData("\u009b31m/compose.yaml", "Set-ImageReference $folder -Recurse -Mirror localhost:5000 -WhatIf")]
    public async Task A_file_of_such_a_name_is_an_error_and_its_neighbors_are_searched(string name, string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no files of these names.");
        Write(name);
        Write("z.yaml");
        var outcome = await _engine.RunAsync(script + " | Format-List * | Out-String", Token);
        Assert.StartsWith("InvalidFile", outcome.SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.True(script.Contains("-WhatIf", StringComparison.Ordinal)
            || Assert.Single(outcome.Output).ToString()!.Contains("z.yaml", StringComparison.Ordinal));
        CheckTexts(outcome);
    }

    [Theory]
    [InlineData("\u001b[2Jx.yaml", "Get-ChildItem -LiteralPath $folder -Recurse -File | Find-ImageReference")]
    [InlineData("##[add-path]x.yaml", "Get-ChildItem -LiteralPath $folder -Recurse -File | Find-ImageReference | Format-List")]
    [InlineData("::set-env name=x::y.yaml",
        "Get-ChildItem -LiteralPath $folder -Recurse -File | Set-ImageReference -Mirror localhost:5000")]
    [InlineData("##vso[x]no.cfg", "Get-ChildItem -LiteralPath $folder -Recurse -File | Find-ImageReference -Verbose")]
    public async Task A_file_that_is_named_by_its_path_is_read_and_its_name_is_printable(string name, string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no files of these names.");
        Write(name);
        CheckTexts((await _engine.RunAsync(script + " | Out-String -Width 500", Token)).WithoutErrors());
    }

    [Theory]
    [InlineData("\u001b[2J.tar", "Get-ImageTar $folder/*.tar")]
    [InlineData("##vso[task.complete].tar", "Get-ImageTar $folder/*.tar | Format-List")]
    [InlineData("##[add-path].tar", "Test-ImageTar $folder/*.tar; Test-ImageTar $folder/*.tar | Format-List")]
    public async Task An_archive_of_such_a_name_is_printable(string name, string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no files of these names.");
        File.Copy(_images.Write("app"), _folder[name]);
        _engine["folder"] = _folder.FullName;
        CheckTexts((await _engine.RunAsync($"& {{ {script} }} | Out-String -Width 500", Token)).WithoutErrors());
    }

    private static void CheckTexts(Outcome outcome)
    {
        var texts = outcome.Output.Select(item => item.ToString()!).Append(outcome.Text).Concat(outcome.Warnings).Concat(outcome.Verbose)
            .Concat(outcome.AllErrors.SelectMany(error => new[] { error.ToString(), $"{error.TargetObject}", error.Exception.Message }))
            .Select(text => text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal));
        Assert.All(texts, text =>
        {
            Assert.DoesNotContain(text, char.IsControl);
            Assert.DoesNotMatch(@"##(vso)?\[|::(add|set|stop)-", text);
        });
    }

    private void Write(string name)
    {
        _folder.Write(name, "FROM nginx:1.27\n"u8);
        if (name.EndsWith(".yaml", StringComparison.Ordinal))
        {
            _folder.Write(name, "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: nginx}]}\nservices: {a: {image: nginx}}\n");
        }

        _engine["folder"] = _folder.FullName;
    }
}
