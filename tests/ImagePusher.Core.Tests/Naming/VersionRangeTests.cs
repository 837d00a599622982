using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Tests.Naming;

public sealed class VersionRangeTests
{
    [Theory]
    [InlineData(">=1.20 <2", "1.20 1.20.0 1.21.3 v1.99", "1.19.9 2 2.0.1 1.20-rc1 1.27-alpine 2.0.0-rc1")]
    [InlineData(">=1.20, <2", "1.20 1.99", "2")]
    [InlineData(">= 1.20  < 2", "1.20 1.99", "2")]
    [InlineData(">1.20 <=2", "1.21 2 2.0.0 2.9.9", "1.20 1.20.1 3")]
    [InlineData(">1.20.0 <=2.0.0", "1.20.1 2 2.0.0", "1.20 2.0.1")]
    [InlineData("1.27", "1.27 1.27.0 v1.27 1.27.1 1.27.0.1", "1.28 1.27-alpine 1.26.9")]
    [InlineData("1.27.0", "1.27 1.27.0 v1.27", "1.27.1 1.27.0.1 1.27-alpine")]
    [InlineData("^1.2", "1.2 v1.2 1.2.5 1.99.1 1.2.3.4", "1.1.9 2 2.0.0-rc1 1.3-alpine")]
    [InlineData("^0.2.3", "0.2.3 0.2.9", "0.2.2 0.3")]
    [InlineData("^0.0.3", "0.0.3 0.0.3.9", "0.0.4 0.0.2 0.1")]
    [InlineData("^0.0", "0.0.1 0.0", "0.1 1")]
    [InlineData("^0", "0.9 0", "1")]
    [InlineData("^2024.01", "2024.01 2024.1 2024.12.31", "2025.01 2023.12")]
    [InlineData("~1.2.3", "1.2.3 1.2.9 v1.2.3.1", "1.2.2 1.3")]
    [InlineData("~1", "1 1.9", "2 0.9")]
    [InlineData("~> 1.2", "1.2.9", "1.3")]
    [InlineData("1.x", "1 1.0.0 1.99", "2 0.9 1.2-rc1")]
    [InlineData("1.2.X || 3.*", "1.2.3 3 3.9.9", "1.3 2 4")]
    [InlineData("*", "0 1 v99.1", "1.0-rc1")]
    [InlineData(">=1 <2 || 3", "1 1.9 3 3.1", "2 4 2.9")]
    [InlineData("1.2 - 1.4", "1.2 1.4 1.4.9", "1.1.9 1.5")]
    [InlineData("1.2.3 - 1.4.0", "1.2.3 1.4.0", "1.2.2 1.4.1")]
    [InlineData("^1.2.3-beta.2", "1.2.3-beta.2 1.2.3-beta.10 1.2.3 1.9", "1.2.3-beta.1 1.2.4-beta.3 2")]
    [InlineData(">=2.0.0-rc.1 <2.0.0", "2.0.0-rc.2", "2.0.0 1.9-rc.1")]
    [InlineData("^1.20-0 || 3", "1.21-alpine 1.20 3.1", "1.19 2 3.1-rc1 2.0-rc1")]
    [InlineData(">=1 !=1.5.x", "1.4 1.6", "1.5 1.5.9")]
    [InlineData("1.2.3.x", "1.2.3 1.2.3.9", "1.2.4")]
    [InlineData(">x", "", "0 1")]
    [InlineData("=1.27-alpine", "1.27-alpine 1.27.0-alpine", "1.27 1.27-alpine3")]
    [InlineData(">=1 !=1.5 <2", "1 1.4 1.5.1", "1.5 v1.5.0")]
    [InlineData(">=1.20-0 <2", "1.20-rc1 1.20 1.27-alpine", "2.0.0-rc1 2 1.19-rc1")]
    [InlineData(">=1.20-0 <2-0", "1.20-rc1 1.27-alpine", "2.0.0-rc1 2")]
    [InlineData("<2-rc.2", "2-rc.1 2-alpha 1.0", "2-rc.2 2-rc.10 2")]
    [InlineData(">=2024.01", "2024.1.15 2025.01", "2023.12 1")]
    [InlineData(">=\t1.20,\t<2", "1.20 1.99", "2 1.19")]
    [InlineData("^1.2.3 <1.5 || ~2.0.0-rc.1", "1.2.3 1.4.9 2.0.0-rc.2 2.0.9", "1.5 2.1 2.0.1-rc.1 1.2.4-rc.1")]
    [InlineData("!=1.2.x, >=1", "1.1.9 1.3 2", "1.2 1.2.9 0.9")]
    [InlineData("24.04 - 24.10", "24.04 24.04.1 24.10 24.10.1", "24.11 24.3 22.04")]
    [InlineData(">20240101 <=20240131", "20240102 20240131", "20240201 20240101 2024.01.15")]
    [InlineData("1.2.3.4 - 1.2.3.6", "1.2.3.4 1.2.3.6", "1.2.3.3 1.2.3.7 1.2.4")]
    [InlineData("^0.x || ^v3", "0.0.1 0.9 3.9", "1 4 2.9")]
    public void A_range_contains_versions_that_satisfy_all_bounds(string text, string inside, string outside)
    {
        var range = VersionRange.Parse(text);
        Assert.All(inside.Split(' ', StringSplitOptions.RemoveEmptyEntries), tag => Assert.True(Holds(range, tag), tag));
        Assert.All(outside.Split(' '), tag => Assert.False(Holds(range, tag), tag));
        Assert.Equal(text, range.ToString());
    }

    [Theory, InlineData(""), InlineData(" "), InlineData(">="), InlineData("latest"), InlineData(">=1.20 <"), InlineData("1 ||"),
        InlineData("1.0 to 2.0"), InlineData("^"), InlineData("1.2 -"), InlineData("^latest"), InlineData("1 | 2"), InlineData("^^1"),
        InlineData("=>1"), InlineData(">=1.20<two")]
    public void Another_text_is_InvalidReference(string text) => Assert.Throws<InvalidReferenceException>(() => VersionRange.Parse(text));

    private static bool Holds(VersionRange range, string tag) => TagVersion.TryParse(tag, out var version) && range.Contains(version);
}
