using CsCheck;
using ImagePusher.Core.Naming;
using Semver;

namespace ImagePusher.Core.Tests.Naming;

/// <summary>Ranges of npm mean the same here as in another implementation of npm's syntax, for tags that are semantic versions.</summary>
public sealed class NpmRangeTests
{
    // Suffixes other than -0, which admits all suffixes here; see the decision on versions.
    private static readonly Gen<string> Suffix = Among("", "", "", "-rc.1", "-rc.2", "-alpha", "-1");
    private static readonly Gen<int> Number = Gen.Int[0, 3];

    private static readonly Gen<string> Version =
        Gen.Select(Number, Number, Number, Suffix, (major, minor, patch, suffix) => $"{major}.{minor}.{patch}{suffix}");

    private static readonly Gen<string> Pattern = Gen.OneOf(
        Version, Gen.Select(Number, Number, (major, minor) => $"{major}.{minor}"), Number.Select(major => $"{major}"),
        Gen.Select(Number, Number, (major, minor) => $"{major}.{minor}.x"), Number.Select(major => $"{major}.*"), Gen.Const("*"));

    private static readonly Gen<string> Bound =
        Gen.Select(Among("", "^", "~", ">=", ">", "<=", "<", "="), Pattern, (comparison, version) => comparison + version);

    private static readonly Gen<string> Alternative = Gen.OneOf(
        Bound.Array[1, 3].Select(bounds => string.Join(' ', bounds)), Gen.Select(Pattern, Pattern, (low, high) => $"{low} - {high}"));

    private static readonly Gen<string> Range = Alternative.Array[1, 2].Select(alternatives => string.Join(" || ", alternatives));

    [Fact]
    public void A_range_contains_the_same_versions_as_in_npm() => Gen.Select(Range, Version).Sample(
        (range, version) =>
        {
            Assert.True(TagVersion.TryParse(version, out var tag));
            Assert.Equal(
                SemVersionRange.ParseNpm(range).Contains(SemVersion.Parse(version)), VersionRange.Parse(range).Contains(tag));
        },
        iter: 20_000);

    [Theory]
    [InlineData(">=0.0.0-alpha <3.* <=*", "0.0.0-rc.1", true)]
    [InlineData("* >=0.0.0-alpha", "0.0.0-rc.1", true)]
    [InlineData(">=* 0.0.0-rc.1", "0.0.0-rc.1", true)]
    [InlineData("*", "0.0.0-rc.1", false)]
    [InlineData("<=*", "1.0.0-rc.1", false)]
    public void A_star_does_not_limit_a_range(string range, string version, bool isIn)
    {
        Assert.True(TagVersion.TryParse(version, out var tag));
        Assert.Equal(isIn, VersionRange.Parse(range).Contains(tag));
        Assert.Equal(isIn, SemVersionRange.ParseNpm(range).Contains(SemVersion.Parse(version)));
    }

    private static Gen<string> Among(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(position => texts[position]);
}
