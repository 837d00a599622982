namespace ImagePusher.Tests.Help;

/// <summary>Every page uses the same sentence for the platforms selected without -Platform.</summary>
public sealed class PlatformDefaultTests
{
    private const string All = "by default all platforms that are present are copied.";
    private const string One = "by default the platform is Linux with the architecture of this machine, or linux/amd64 if the index "
        + "does not have it; otherwise the error is PlatformNotFound with a list of the platforms.";
    private const string Index = "by default an index is returned as it is.";

    private static readonly Dictionary<string, string[]> Expected = new()
    {
        ["Compare-Image"] = [One],
        ["Copy-RegistryImage"] = [All],
        ["Export-ImageTar"] = [All, One],
        ["Get-ImageConfig"] = [One],
        ["Get-ImageFile"] = [One],
        ["Get-RegistryManifest"] = [Index],
        ["Import-ImageTar"] = [All],
        ["Push-CachedImage"] = [All],
        ["Push-ImageTar"] = [All],
        ["Save-ImageFile"] = [One],
        ["Save-ImageToCache"] = [One],
        ["Send-ImageToEngine"] = [One],
        ["Sync-RegistryImage"] = [All],
    };

    [Fact]
    public void The_description_matches_the_default()
    {
        var pages = HelpPage.Names.Select(HelpPage.Of)
            .Select(page => (page.Title, Platform: page.Parameters.FirstOrDefault(parameter => parameter.Name == "Platform")?.Description))
            .Where(page => page.Platform is not null);
        Assert.Equal(
            Expected.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {string.Join(' ', pair.Value)}"),
            pages.Select(page => $"{page.Title}: {string.Join(' ', Stated(page.Platform!))}"));
    }

    // All defaults on a page, in order.
    private static IEnumerable<string> Stated(string description)
    {
        var text = string.Join(' ', description.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        string[] known = [All, One, Index];
        var found = known.Where(words => text.Contains(words, StringComparison.OrdinalIgnoreCase)).ToList();
        var other = found.Aggregate(text, (rest, words) => rest.Replace(words, "", StringComparison.OrdinalIgnoreCase));
        return other.Contains("default", StringComparison.OrdinalIgnoreCase) ? found.Append($"[other words: {other}]") : found;
    }
}
