using ImagePusher.Core.Registry;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Registry;

public sealed class ConfiguredLoginsTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    [Fact]
    public void Registries_of_all_files_are_named_once_in_their_short_form()
    {
        _home.Write("docker/config.json", """
            {"auths": {"https://index.docker.io/v1/": {"auth": "dXNlcjpwYXNz"}, "ghcr.io": {}, "https://old.example/v2/": {}},
             "credHelpers": {"ecr.example:443": "helper-that-is-not-there"}, "credsStore": "nor-this"}
            """);
        _home.Write("auth.json", """{"auths": {"ghcr.io": {}, "quay.example/team/app": {}}}""");
        Assert.Equal(["docker.io", "ghcr.io", "old.example", "ecr.example:443", "quay.example"], Registries());
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("[]")]
    [InlineData("""{"auths": []}""")]
    public void A_file_of_another_form_has_none_and_the_next_is_read(string content)
    {
        _home.Write("docker/config.json", content);
        _home.Write("auth.json", """{"auths": {"quay.example": {}}}""");
        Assert.Equal(["quay.example"], Registries());
    }

    [Fact]
    public void Without_files_there_are_none() => Assert.Empty(Registries());

    public void Dispose() => _home.Dispose();

    private IReadOnlyList<string> Registries() => ConfiguredLogins.Registries(name => name switch
    {
        "DOCKER_CONFIG" => _home["docker"],
        "REGISTRY_AUTH_FILE" => _home["auth.json"],
        "HOME" => _home.FullName,
        _ => null,
    });
}
