using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Tests.Naming;

public sealed class VersionRangeTests
{
    [Theory]
    [InlineData(">=1.20 <2", "1.20 1.20.0 1.21.3 v1.99", "1.19.9 2 2.0.1 1.20-rc1 1.27-alpine 2.0.0-rc1")]
    [InlineData(">=1.20, <2", "1.20 1.99", "2")]
    [InlineData(">= 1.20  < 2", "1.20 1.99", "2")]
    [InlineData(">1.20 <=2", "1.20.1 2 2.0.0", "1.20 2.0.1")]
    [InlineData("1.27", "1.27 1.27.0 v1.27", "1.27.1 1.27-alpine")]
    [InlineData("=1.27-alpine", "1.27-alpine 1.27.0-alpine", "1.27 1.27-alpine3")]
    [InlineData(">=1 !=1.5 <2", "1 1.4 1.5.1", "1.5 v1.5.0")]
    [InlineData(">=1.20-0 <2", "1.20-rc1 1.20 1.27-alpine", "2.0.0-rc1 2 1.19-rc1")]
    [InlineData(">=1.20-0 <2-0", "1.20-rc1 1.27-alpine", "2.0.0-rc1 2")]
    [InlineData("<2-rc.2", "2-rc.1 2-alpha 1.0", "2-rc.2 2-rc.10 2")]
    [InlineData(">=2024.01", "2024.1.15 2025.01", "2023.12 1")]
    public void A_range_holds_what_all_its_bounds_hold(string text, string inside, string outside)
    {
        var range = VersionRange.Parse(text);
        Assert.All(inside.Split(' '), tag => Assert.True(Holds(range, tag), tag));
        Assert.All(outside.Split(' '), tag => Assert.False(Holds(range, tag), tag));
        Assert.Equal(text, range.ToString());
    }

    [Theory, InlineData(""), InlineData(" "), InlineData(">="), InlineData("latest"), InlineData(">=1.20 <"), InlineData(">=1.20 || <2"), InlineData("1.0 to 2.0"), InlineData("^1.2"), InlineData("=>1"), InlineData(">=1.20<two")]
    public void Another_text_is_InvalidReference(string text) => Assert.Throws<InvalidReferenceException>(() => VersionRange.Parse(text));

    private static bool Holds(VersionRange range, string tag) => TagVersion.TryParse(tag, out var version) && range.Contains(version);
}
