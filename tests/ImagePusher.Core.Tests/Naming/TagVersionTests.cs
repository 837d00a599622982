using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Tests.Naming;

public sealed class TagVersionTests
{
    // semver.org 2.0.0, 11, and what tags have beyond it: 'v', fewer and more parts, dates, leading zeros.
    private static readonly string[] Ascending =
    [
        "0", "0.0.1", "1.0.0-0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
        "1.0.0-rc.1", "v1.0.0",
        "1.0.0.1", "1.2", "1.9", "1.10", "V1.20.0", "1.21", "2.0-rc1", "2", "2024.01.15", "2024.2", "20240115", "99999999999999999999",
        "100000000000000000000",
    ];

    [Fact]
    public void Versions_are_ordered_as_semantic_versions_are()
    {
        var versions = Ascending.Select(Parse).ToList();
        for (var one = 0; one < versions.Count; one++)
        {
            for (var other = 0; other < versions.Count; other++)
            {
                Assert.True(Math.Sign(versions[one].CompareTo(versions[other])) == Math.Sign(one - other),
                    $"{versions[one]} and {versions[other]}");
            }
        }
    }

    [Theory]
    [InlineData("1.0", "v1.0.0")]
    [InlineData("1.02", "1.2")]
    [InlineData("1.2.3_build5", "1.2.3_build6")]
    [InlineData("1.0-rc.01", "1.0.0-rc.1")]
    public void Some_tags_are_the_same_version(string one, string other) => Assert.Equal(0, Parse(one).CompareTo(Parse(other)));

    [Theory, InlineData("latest"), InlineData(""), InlineData("v"), InlineData("1."), InlineData("1..2"), InlineData("1.0rc1"),
        InlineData("a1.0"), InlineData("1.0-"), InlineData("1.0.x"), InlineData(null)]
    public void Other_tags_are_not_versions(string? tag) => Assert.False(TagVersion.TryParse(tag, out _));

    [Theory]
    [InlineData("1.27-alpine", "alpine", "1.27")]
    [InlineData("v1.27.1_alpine", "alpine", "1.27.1")]
    [InlineData("1.27-rc1-alpine", "alpine", "1.27-rc1")]
    [InlineData("1.27-alpine3.20", "alpine3.20", "1.27")]
    public void The_name_of_a_variant_is_not_part_of_the_version(string tag, string variant, string version)
    {
        Assert.True(TagVersion.TryParse(tag, variant, out var read));
        Assert.Equal(0, read.CompareTo(Parse(version)));
    }

    [Theory, InlineData("1.27"), InlineData("alpine"), InlineData("-alpine"), InlineData("1.27-alpine3"), InlineData("1.27-Alpine"),
        InlineData("1.27alpine"), InlineData("latest-alpine"), InlineData(null)]
    public void A_tag_without_the_variant_is_not_a_version(string? tag) => Assert.False(TagVersion.TryParse(tag, "alpine", out _));

    [Fact]
    public void A_version_round_trips() => Assert.Equal("v1.02-rc.1_x", Parse("v1.02-rc.1_x").ToString());

    private static TagVersion Parse(string tag) =>
        TagVersion.TryParse(tag, out var version) ? version : throw new FormatException($"'{tag}' was not read as a version.");
}
