using ImagePusher.Core.Naming;
using ImagePusher.Core.Trust;

namespace ImagePusher.Core.Tests.Trust;

/// <summary>Which scope of a policy applies to an image, however its name is written.</summary>
public sealed class PolicyScopeTests : TrustTest
{
    private const string Accept = """[{"type":"insecureAcceptAnything"}]""";
    private const string Reject = """[{"type":"reject"}]""";

    // Rows: the scope that accepts, and whether it applies to registry.example/team/app:1.
    [Theory]
    [InlineData("registry.example/team/app:1", true)]
    [InlineData("registry.example/team/app", true)]
    [InlineData("registry.example/team", true)]
    [InlineData("registry.example", true)]
    [InlineData("*.example", true)]
    [InlineData("", true)]
    [InlineData("registry.example/team/app:2", false)]
    [InlineData("registry.example/team/ap", false)]
    [InlineData("registry.example/te", false)]
    [InlineData("registry.exampl", false)]
    [InlineData("registry.example:443", false)]
    [InlineData("*.registry.example", false)]
    [InlineData("*.ample", false)]
    public async Task A_scope_applies_to_an_image_its_repository_its_namespaces_its_host_and_its_domains(string scope, bool applies)
    {
        var policy = WritePolicy($$$$"""{"default":{{{{Reject}}}},"transports":{"docker":{"{{{{scope}}}}":{{{{Accept}}}}}}}""");
        if (applies)
        {
            await CopyUnderPolicyAsync(Image("layer"), policy);
        }
        else
        {
            await AssertRejectedAsync(Image("layer"), policy);
        }
    }

    [Theory]
    [InlineData("registry.example/team/app:1", "registry.example/team/app")]
    [InlineData("registry.example/team/app", "registry.example/team")]
    [InlineData("registry.example/team", "registry.example")]
    [InlineData("registry.example", "*.example")]
    [InlineData("*.example", "")]
    public async Task Only_the_most_specific_scope_applies(string specific, string general)
    {
        await AssertRejectedAsync(Image("layer"), WritePolicy(
            $$$$"""
                {"default":{{{{Accept}}}},"transports":{"docker":{"{{{{general}}}}":{{{{Accept}}}},
                "{{{{specific}}}}":{{{{Reject}}}}}}}
                """));
        await CopyUnderPolicyAsync(Image("layer"), WritePolicy(
            $$$$"""
                {"default":{{{{Reject}}}},"transports":{"docker":{"{{{{general}}}}":{{{{Reject}}}},
                "{{{{specific}}}}":{{{{Accept}}}}}}}
                """));
    }

    [Theory]
    [InlineData("REGISTRY.example/team/app:1")]
    [InlineData("registry.example/team/app:1@sha256:1111111111111111111111111111111111111111111111111111111111111111")]
    public async Task Another_spelling_of_a_name_does_not_bypass_its_scope(string name)
    {
        var policy = WritePolicy(
            $$$$"""{"default":{{{{Accept}}}},"transports":{"docker":{"registry.example/team/app:1":{{{{Reject}}}}}}}""");

        await AssertRejectedAsync(Image("layer"), policy, name: ImageReference.Parse(name));
    }

    // Rows: the registry of the scope, and another spelling that leads to the same registry.
    [Theory]
    [InlineData("registry.example:5000", "registry.example:05000")]
    [InlineData("registry.example", "registry.example:443")]
    [InlineData("registry.example:443", "registry.example")]
    [InlineData("registry.example", "registry.example:80")]
    [InlineData("registry.example", "Registry.Example:0443")]
    [InlineData("127.0.0.1:5000", "127.1:5000")]
    [InlineData("10.0.0.1", "10.0.1:443")]
    [InlineData("[::1]:5000", "[0:0::1]:5000")]
    [InlineData("[2001:db8::1]", "[2001:DB8:0::1]:443")]
    [InlineData("127.0.0.1:5000", "[::ffff:127.0.0.1]:5000")]
    [InlineData("localhost:5000", "127.0.0.1:5000")]
    [InlineData("127.0.0.1:5000", "[::1]:5000")]
    [InlineData("127.0.0.1:5000", "0.0.0.0:5000")]
    [InlineData("0.0.0.0:5000", "localhost:5000")]
    [InlineData("localhost:5000", "[::]:5000")]
    [InlineData("localhost:5000", "[::ffff:0.0.0.0]:5000")]
    [InlineData("localhost:5000", "registry.LocalHost:5000")]
    [InlineData("docker.io", "Index.Docker.Io")]
    [InlineData("docker.io", "registry-1.DOCKER.io:443")]
    [InlineData("docker.io", "registry.hub.docker.com")]
    public async Task Another_spelling_of_a_registry_does_not_bypass_its_scopes(string registry, string other)
    {
        var image = Image("layer");
        var name = ImageReference.Parse($"{other}/team/app:1");
        foreach (var scope in new[] { registry, $"{registry}/team", $"{registry}/team/app", $"{registry}/team/app:1" })
        {
            await AssertRejectedAsync(
                image, WritePolicy($$$$"""{"default":{{{{Accept}}}},"transports":{"docker":{"{{{{scope}}}}":{{{{Reject}}}}}}}"""),
                name: name);
            await AssertRejectedAsync(
                image, WritePolicy($$$$"""{"default":{{{{Reject}}}},"transports":{"docker":{"{{{{scope}}}}":{{{{Accept}}}}}}}"""),
                name: name);
        }
    }

    [Fact]
    public async Task The_default_policy_applies_to_an_image_without_a_name()
    {
        var policy = SignaturePolicy.Load(WritePolicy($$$$"""{"default":{{{{Reject}}}},"transports":{"docker":{"":{{{{Accept}}}}}}}"""));

        await Assert.ThrowsAsync<SignatureRejectedException>(() => policy.VerifyAsync(
            Source, null, Image("layer").Descriptor, TestContext.Current.CancellationToken));
    }
}
