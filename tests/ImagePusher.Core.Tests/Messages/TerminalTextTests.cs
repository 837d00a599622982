using ImagePusher.Core.Messages;

namespace ImagePusher.Core.Tests.Messages;

/// <summary>No text from outside reaches a terminal with characters that the terminal would execute.</summary>
public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("plain text, ünïcode and 🙂", "plain text, ünïcode and 🙂")]
    [InlineData("\u001b]0;title\u0007", "\\u001B]0;title\\u0007")]
    [InlineData("\u009b31mred", "\\u009B31mred")]
    [InlineData("a\u007fb", "a\\u007Fb")]
    [InlineData("a\r\nb\tc", "a  b c")]
    [InlineData("exe\u202egpj", "exe\\u202Egpj")]
    [InlineData("a\u2066b\u2028c", "a\\u2066b\\u2028c")]
    public void Control_characters_are_escaped(string text, string expected) => Assert.Equal(expected, TerminalText.Escape(text));

    [Theory]
    [InlineData("##vso[task.setvariable variable=PATH]/x", @"##vso\u005Btask.setvariable variable=PATH]/x")]
    [InlineData("done. ##VSO[task.complete result=Succeeded]", @"done. ##VSO\u005Btask.complete result=Succeeded]")]
    [InlineData("x ##[add-mask]1", @"x ##\u005Badd-mask]1")]
    [InlineData("###[group]", @"###\u005Bgroup]")]
    [InlineData("##teamcity[setParameter name='a' value='b']", @"##teamcity\u005BsetParameter name='a' value='b']")]
    [InlineData("::set-output name=a::b", @":\u003Aset-output name=a::b")]
    [InlineData("\n  ::stop-commands::x", @"   :\u003Astop-commands::x")]
    [InlineData("aaa::Add-Mask::x ::error file=a::b", @"aaa:\u003AAdd-Mask::x :\u003Aerror file=a::b")]
    public void Commands_of_CI_systems_are_escaped(string text, string expected) => Assert.Equal(expected, TerminalText.Escape(text));

    [Theory]
    [InlineData("::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("[::1]:5000/app")]
    [InlineData("perl Foo::Bar::Baz")]
    [InlineData("std::error_code, Net::Debugger")]
    [InlineData("a[0] # [x] #[y] ## vso[z]")]
    public void Text_that_only_resembles_a_command_is_unchanged(string text) => Assert.Same(text, TerminalText.Escape(text));

    [Fact]
    public void Lone_surrogates_are_escaped() => Assert.Equal("a\\uD800b\\uDC00", TerminalText.Escape("a\ud800b\udc00"));

    [Fact]
    public void Safe_text_is_not_copied()
    {
        var text = new string('x', 10);
        Assert.Same(text, TerminalText.Escape(text));
    }

    [Fact]
    public void A_quote_is_shortened() => Assert.Equal(new string('n', 200) + "…", TerminalText.Quote(new string('n', 300)));

    [Theory]
    [InlineData("Invalid 'https://ann:s3cret@r.example/a'", "Invalid 'https://***@r.example/a'.")]
    [InlineData("Use 'ann:s3/cret@localhost:5000/a'", "Use '***@localhost:5000/a'.")]
    [InlineData("tcp://ann:s3cret@[::1]:2375", "tcp://***@[::1]:2375.")]
    [InlineData("'app:1.0@sha256:aa' is not a digest", "'app:1.0@sha256:aa' is not a digest.")]
    [InlineData("localhost:5000/a:1@sha256:0123456789abcdef0123456789abcdef",
        "localhost:5000/a:1@sha256:0123456789abcdef0123456789abcdef.")]
    [InlineData("ann@example.com: denied", "ann@example.com: denied.")]
    public void The_password_of_an_address_is_hidden(string text, string expected) => Assert.Equal(expected, TerminalText.Sentence(text));

    [Theory]
    [InlineData("://a:", "@sha256:00")]
    [InlineData("'a:b", "@sha512:00")]
    [InlineData("x", "")]
    public void The_length_of_a_message_is_limited(string each, string end)
    {
        var text = string.Concat(Enumerable.Repeat(each, 2_000_000)) + end;
        string[] messages =
        [
            new InvalidOptionException($"mirror.yml, line 1: the key '{text}' occurs twice.", text).Message,
            TerminalText.Sentence(text), TerminalText.Quote(text), UserInfo.Hide(text), TerminalText.Shorten(text),
        ];
        Assert.All(messages, message => Assert.InRange(message.Length, 1, TerminalText.MaximumMessage + 10));
        Assert.StartsWith("mirror.yml, line 1: the key", messages[0], StringComparison.Ordinal);
        Assert.Matches(@"[^.]\.\z", messages[0]);
        Assert.Equal(new string('x', 200) + "…", TerminalText.Quote(new string('x', 1_000_000)));
    }

    [Theory]
    [InlineData("'https://ann:s3cret@r.example/a:{{ .Tag }}' is skipped")]
    [InlineData("the value ann:s3cret@r.example/a is invalid")]
    [InlineData("https://s3cret@r.example/x")]
    public void The_password_of_an_address_is_in_no_quote_and_no_log(string text)
    {
        Assert.DoesNotContain("cret", TerminalText.Quote(text), StringComparison.Ordinal);
        var padded = text.Replace("ann:", $"ann{new string('n', 190)}:", StringComparison.Ordinal).Replace("s3cret",
            $"s3{new string('c', 190)}ret", StringComparison.Ordinal);
        Assert.DoesNotContain("s3c", TerminalText.Quote(padded), StringComparison.Ordinal);
        var log = new ImagePusher.TestSupport.RecordingLogger();
        LoggerExtensions.Warning(log, text);
        LoggerExtensions.Information(log, text);
        LoggerExtensions.Debug(log, text);
        Assert.All(log.Messages, message => Assert.DoesNotContain("s3cret", message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_shortened_message_ends_between_two_words() =>
        Assert.Equal(
            new string('a', 8000) + " …", TerminalText.Shorten($"{new string('a', 8000)} https://ann:{new string('s', 8000)}@r.example"));

    [Fact]
    public void Exceptions_and_log_messages_are_escaped()
    {
        var error = new PathNotFoundException("'\u001b[2J' does not exist.", "Look at \u001b[1m.");
        Assert.Equal("'\\u001B[2J' does not exist.", error.Message);
        Assert.Equal("Look at \\u001B[1m.", error.RecommendedAction);
        var log = new ImagePusher.TestSupport.RecordingLogger();
        LoggerExtensions.Warning(log, "tag \u001b[31mred");
        Assert.Equal("tag \\u001B[31mred", log.Warnings[^1]);
    }
}
