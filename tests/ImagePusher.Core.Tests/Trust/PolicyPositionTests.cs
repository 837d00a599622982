using System.Text;
using ImagePusher.Core.Trust;

namespace ImagePusher.Core.Tests.Trust;

/// <summary>Errors about a policy say in which line and column.</summary>
public sealed class PolicyPositionTests : TrustTest
{
    // Rows: the third line of a policy and the following ones, and the position that the message must have.
    [Theory]
    [InlineData("    {\"type\": \"unknown\"}]}", "line 3, column 6")]
    [InlineData("    {\"type\": \"reject\", \"more\": 1}]}", "line 3, column 24")]
    [InlineData("    {\"type\": \"reject\"},\n    {}]}", "line 4, column 5")]
    [InlineData("    {\"type\": \"reject\"},\n    7]}", "line 4, column 5")]
    [InlineData("    {\"type\": \"sigstoreSigned\", \"keyPaths\": [\n      \"a\",\n      \"\"]}]}", "line 5, column 7")]
    [InlineData("    {\"type\": \"sigstoreSigned\", \"keyPath\": \"a\",\n     \"signedIdentity\": {\"type\": \"matchAll\"}}]}",
        "line 4, column 25")]
    [InlineData("    {\"type\": \"reject\"}],\n  \"transports\": {\"docker\": {\n    \"a.b/c\": [{\"type\": \"reject\"}],\n"
        + "    \"a.b/c/d\": [{\"type\": 1}]}}}", "line 6, column 18")]
    [InlineData("    {\"type\": \"reject\"}],\n  \"transports\": {\"docker\": {\n    \"busybox\": [{\"type\": \"reject\"}]}}}",
        "line 5, column 5")]
    [InlineData("    {\"type\": \"reject\"}],\n  \"default\": []}", "line 4, column 3")]
    [InlineData("    {\"type\": \"reject\",\n     \"t\\u0079pe\": \"insecureAcceptAnything\"}]}", "line 4, column 6")]
    [InlineData("    [[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]}", "line 3, column 19")]
    [InlineData("    {\"type\": \"reject\"}]]", "line 3, column 24")]
    [InlineData("    {\"type\": \"\u0000\"}]}", "line 3, column 15")]
    [InlineData("    {\"\\ud800\": [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}]}", "line 3, column 29")]
    public void An_error_contains_the_line_and_column(string rest, string position)
    {
        foreach (var mark in new[] { "", "\uFEFF" })
        {
            var error = Assert.Throws<InvalidOptionException>(
                () => SignaturePolicy.Load(WritePolicy($"{mark}{{\n  \"default\": [\n{rest}")));

            Assert.EndsWith($"({position}).", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_position_of_text_that_is_not_UTF_8_is_reported()
    {
        byte[] json = [.. "{\n  \"default\": [{\"type\": \"reject"u8, 0xC3, .. "\"}]}"u8];

        Assert.Equal("line 2, column 31", JsonPosition.OfInvalidText(json));
        Assert.Throws<FormatException>(() => StrictJson.Parse(json));
    }

    [Theory]
    [InlineData("\"type\": \"signedBy\", \"keyType\": \"GPGKeys\",\n  \"keyPath\": \"/k\"",
        "default[0].type ('signedBy', simple signing with GPG keys; line 2, column 3)")]
    [InlineData("\"type\": \"sigstoreSigned\",\n  \"fulcio\": {}, \"rekorPublicKeyPath\": \"/k\"",
        "default[0].fulcio (the transparency log; line 3, column 3)")]
    [InlineData("\"type\": \"sigstoreSigned\", \"keyPath\": \"/k\",\n\n  \"rekorPublicKeyPath\": \"/k\"",
        "default[0].rekorPublicKeyPath (the transparency log; line 4, column 3)")]
    [InlineData("\"type\": \"sigstoreSigned\", \"keyPath\": \"/k\",\n  \"rekorPublicKeyPaths\": [\"/k\"]",
        "default[0].rekorPublicKeyPaths (the transparency log; line 3, column 3)")]
    [InlineData("\"type\": \"sigstoreSigned\", \"keyPath\": \"/k\", \"rekorPublicKeyData\": \"QQ==\"",
        "default[0].rekorPublicKeyData (the transparency log; line 2, column 46)")]
    [InlineData("\"type\": \"sigstoreSigned\", \"keyPath\": \"/k\", \"rekorPublicKeyDatas\": [\"QQ==\"]",
        "default[0].rekorPublicKeyDatas (the transparency log; line 2, column 46)")]
    public async Task An_unsupported_requirement_is_reported_with_its_line_and_column(string requirement, string place)
    {
        var error = await Assert.ThrowsAsync<UnsupportedContentException>(
            () => CopyUnderPolicyAsync(Image("layer"), WritePolicy($"{{\"default\": [{{\n  {requirement}}}]}}")));

        Assert.Contains($" requires {place}, which is not supported", error.Message, StringComparison.Ordinal);
        Assert.Empty(Target.Names);
    }

    [Fact]
    public void A_long_name_is_compared_once_for_each_of_many_values()
    {
        var json = new StringBuilder("{\"").Append('n', 400_000).Append("\":[").Append(string.Join(',', Enumerable.Repeat(7, 200_000)))
            .Append("]}").ToString();

        Assert.Equal(
            $"line 1, column {400_006 + (2 * 199_999)}",
            JsonPosition.Of(Encoding.UTF8.GetBytes(json), new string('n', 400_000) + "[199999]"));
    }
}
