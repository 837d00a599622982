using System.Text.RegularExpressions;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Cmdlets;

public sealed class HelpTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_Help_shows_every_cmdlet_with_its_syntax_and_parameters()
    {
        using var engine = new Engine();
        var names = await engine.OutputAsync("(Get-Command -Module ImagePusher -CommandType Cmdlet).Name", Token);
        Assert.NotEmpty(names);
        foreach (var name in names)
        {
            engine["name"] = name.ToString();
            Assert.Equal(name.ToString(), (string)await engine.SingleAsync("(Get-Help $name).Name", Token));
            var shown = (await engine.RunAsync("Get-Help $name | Out-Host", Token)).WithoutErrors().Text;
            Assert.Contains(name.ToString(), shown, StringComparison.Ordinal);
            Assert.Contains("SYNTAX", shown, StringComparison.Ordinal);
        }

        Assert.Equal("Destination", (string)await engine.SingleAsync("(Get-Help Push-ImageTar -Parameter Destination).Name", Token));
    }

    [Theory]
    [InlineData("Import-ImageTar $tar")]
    [InlineData("Get-CachedImage")]
    [InlineData("Get-ImageTar $tar")]
    public async Task Tables_fit_80_columns_and_show_names(string script)
    {
        using var images = new SmallImages();
        using var engine = new Engine { ["tar"] = images.Write("app") };
        engine.Host.Width = 80;
        await engine.OutputAsync("Import-ImageTar $tar", Token);
        var text = (await engine.RunAsync($"{script} | Out-Host", Token)).WithoutErrors().Text;
        Assert.Contains("example.com/app:1", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), line => Assert.True(Regex.Replace(line, "\\x1b\\[[0-9;]*m", "").TrimEnd().Length <= 80, line));
    }
}
