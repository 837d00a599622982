using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Credentials;

/// <summary>A secret specified as plain text by mistake is rejected and does not appear in the error.</summary>
public sealed class PlainTextSecretTests
{
    private const string Secret = "S3cret-v4lue";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("-UserName x -Password 'S3cret-v4lue'", "SecureString")]
    [InlineData("-UserName x -Password ([psobject] 'S3cret-v4lue')", "SecureString")]
    [InlineData("x S3cret-v4lue", "SecureString")]
    [InlineData("-Password S3cret-v4lue", "SecureString")]
    [InlineData("-IdentityToken S3cret-v4lue", "SecureString")]
    [InlineData("-UserName x -PasswordVariable S3cret-v4lue", "not set")]
    [InlineData("-UserName x -PasswordV 'S3cret-v4lue'", "not set")]
    public async Task The_error_does_not_show_it(string arguments, string reason)
    {
        using var engine = new Engine();
        var outcome = await engine.RunAsync($"\n\nConnect-Registry localhost:1 {arguments}", Token);
        var error = outcome.SingleError();
        error.Is("InvalidOption", reason);
        var shown = string.Join('\n', error, error.Exception, error.ErrorDetails.RecommendedAction, error.TargetObject, error.CategoryInfo,
            error.InvocationInfo.Line, error.InvocationInfo.PositionMessage, error.ScriptStackTrace, outcome.Text);
        Assert.DoesNotContain(Secret, shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get-RegistryTag https://ann:S3cret-v4lue@localhost:1/a")]
    [InlineData("Get-ImageConfig ann:S3cret-v4lue@localhost:1/a")]
    [InlineData("Copy-RegistryImage localhost:1/a:1 -Destination https://ann:S3cret-v4lue@localhost:1/b/")]
    [InlineData("Set-RegistryOption localhost:1 -Mirror https://ann:S3cret-v4lue@localhost:1")]
    [InlineData("Connect-Registry https://ann:S3cret-v4lue@localhost:1 -UserName x -PasswordVariable HOME")]
    [InlineData("Connect-Registry localhost:1 -UserName ann:S3cret-v4lue -PasswordVariable HOME")]
    [InlineData("Send-ImageToEngine app:1 -EngineHost tcp://ann:S3cret-v4lue@localhost:1")]
    public async Task The_password_in_an_address_is_not_shown(string command)
    {
        using var engine = new Engine();
        var error = (await engine.RunAsync(command, Token)).SingleError();
        var shown = string.Join('\n', error, error.Exception, error.ErrorDetails.RecommendedAction, error.TargetObject, error.CategoryInfo);
        Assert.DoesNotContain(Secret, shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-UserName ann")]
    [InlineData("ann")]
    public async Task A_user_name_alone_needs_a_password(string arguments)
    {
        using var engine = new Engine();
        (await engine.RunAsync($"Connect-Registry localhost:1 {arguments}", Token)).SingleError().Is("InvalidOption",
            "password of ann is missing");
    }

    [Theory]
    [InlineData("(1, 2)")]
    [InlineData("42")]
    public async Task Another_value_is_rejected_by_its_type(string value)
    {
        using var engine = new Engine();
        var error = (await engine.RunAsync($"Connect-Registry localhost:1 -UserName x -Password {value}", Token)).SingleError();
        Assert.StartsWith("ParameterArgumentTransformationError", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("A SecureString is required", error.Exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NOT_SET_2", true)]
    [InlineData("not_set", false)]
    [InlineData("Not-Set", false)]
    public async Task The_name_of_an_unset_variable_is_shown_only_if_it_looks_like_one(string name, bool isShown)
    {
        using var engine = new Engine();
        var error = (await engine.RunAsync($"Connect-Registry localhost:1 -UserName x -PasswordVariable {name}", Token)).SingleError();
        Assert.Equal(isShown, error.Exception.Message.Contains(name, StringComparison.Ordinal));
    }
}
