using ImagePusher.Core.Registry.Authentication;

namespace ImagePusher.Core.Tests.Registry;

public sealed class ChallengeParserTests
{
    [Fact]
    public void A_quoted_string_can_contain_commas()
    {
        var challenge = Assert.Single(
            ChallengeParser.Parse(["Bearer realm=\"https://auth.example/token\",service=\"registry\",scope=\"repository:a/b:pull,push\""]));
        Assert.True(challenge.IsBearer);
        Assert.Equal("https://auth.example/token", challenge["realm"]);
        Assert.Equal("repository:a/b:pull,push", challenge["scope"]);
    }

    [Theory]
    [InlineData("BASIC realm=\"Sonatype Nexus\"")]
    [InlineData("basic REALM=\"Sonatype Nexus\"")]
    [InlineData("Basic  realm = \"Sonatype Nexus\" ")]
    public void Scheme_and_names_are_accepted_in_any_case_and_with_spaces(string header)
    {
        var challenge = Assert.Single(ChallengeParser.Parse([header]));
        Assert.True(challenge.IsBasic);
        Assert.Equal("Sonatype Nexus", challenge["realm"]);
    }

    [Fact]
    public void Several_challenges_are_read_from_one_header()
    {
        var challenges = ChallengeParser.Parse(
            ["Negotiate, NTLM, Basic realm=\"a, b\", charset=UTF-8, Bearer realm=\"https://t/\",service=x"]);
        Assert.Equal(["Negotiate", "NTLM", "Basic", "Bearer"], challenges.Select(challenge => challenge.Scheme));
        Assert.Equal("a, b", challenges[2]["realm"]);
        Assert.Equal("UTF-8", challenges[2]["charset"]);
        Assert.Equal("x", challenges[3]["service"]);
    }

    [Fact]
    public void Several_headers_make_one_list() =>
        Assert.Equal(["Basic", "Bearer"],
            ChallengeParser.Parse(["Basic realm=\"a\"", "Bearer realm=\"b\""]).Select(challenge => challenge.Scheme));

    [Fact]
    public void Data_in_place_of_parameters_is_skipped()
    {
        var challenges = ChallengeParser.Parse(["Negotiate YIIKZw==, Basic realm=\"a\""]);
        Assert.Equal(["Negotiate", "Basic"], challenges.Select(challenge => challenge.Scheme));
        Assert.Empty(challenges[0].Parameters);
        Assert.Equal("a", challenges[1]["realm"]);
    }

    [Fact]
    public void A_backslash_quotes_a_character() =>
        Assert.Equal("say \"hi\"", ChallengeParser.Parse(["Basic realm=\"say \\\"hi\\\"\""])[0]["realm"]);

    [Theory]
    [InlineData("Bearer realm=https://auth.example/token,service=r", "https://auth.example/token")]
    [InlineData("Bearer realm=\"unfinished", "unfinished")]
    public void Small_clock_errors_are_tolerated(string header, string realm) =>
        Assert.Equal(realm, ChallengeParser.Parse([header])[0]["realm"]);

    [Theory]
    [InlineData("", "")]
    [InlineData(",,, ,", "")]
    [InlineData("\"", "")]
    [InlineData("=", "")]
    [InlineData("Basic", "Basic")]
    [InlineData("Basic realm", "Basic")]
    [InlineData("a=b", "a")]
    public void Text_without_parameters_gives_the_schemes_alone(string header, string schemes) =>
        Assert.Equal(schemes, string.Join(' ', ChallengeParser.Parse([header]).Select(challenge => challenge.Scheme)));
}
