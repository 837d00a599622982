using System.Text.Json;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Fleet;

/// <summary>Remove-RegistryImage: by tag, by digest, and not what has changed since it was listed.</summary>
public sealed class TagRemovalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tag_is_removed_and_other_tags_are_kept()
    {
        await using var registry = await TaggedRegistry.StartAsync(Token);
        await RemovesTagAsync(registry.Address);
    }

    [Fact]
    public async Task A_tag_of_the_local_registry_is_removed_and_other_tags_are_kept()
    {
        await using var registry = await TaggedRegistry.StartAsync(Token);
        using var engine = new Engine { ["from"] = registry.Address };
        var local = (string)(await engine.SingleAsync("Start-LocalRegistry -Port 0", Token)).Registry;
        engine["to"] = local;
        await engine.OutputAsync("Get-RegistryTag \"$from/team/app\" | Copy-RegistryImage -Destination $to", Token);
        await RemovesTagAsync(local);
    }

    [Fact]
    public async Task A_deletion_by_digest_removes_the_manifest_with_all_its_tags()
    {
        await using var registry = await TaggedRegistry.StartAsync(Token);
        using var engine = new Engine { ["app"] = $"{registry.Address}/team/app" };
        await engine.OutputAsync("Remove-RegistryImage \"$app@$((Get-RegistryManifest \"${app}:latest\").Digest)\" -Confirm:$false", Token);
        Assert.StartsWith("ManifestNotFound,",
            (await engine.RunAsync("Get-RegistryManifest \"${app}:1.2\"", Token)).SingleError().FullyQualifiedErrorId,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_moved_tag_is_not_removed_by_its_old_digest()
    {
        await using var registry = await TaggedRegistry.StartAsync(Token);
        using var engine = new Engine { ["app"] = $"{registry.Address}/team/app", ["old"] = "sha256:" + new string('1', 64) };
        var outcome = await engine.RunAsync("Remove-RegistryImage \"${app}:1.2@$old\" -Confirm:$false", Token);
        Assert.StartsWith("DigestMismatch,", outcome.SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Single(await engine.OutputAsync("Get-RegistryTag $app -Filter 1.2", Token));
    }

    [Fact]
    public async Task Removal_prompts_first_and_WhatIf_removes_nothing()
    {
        await using var registry = await TaggedRegistry.StartAsync(Token);
        using var engine = new Engine { ["app"] = $"{registry.Address}/team/app" };
        await engine.OutputAsync("Remove-RegistryImage \"${app}:1.2\" -WhatIf", Token);
        engine.Host.Answers.Enqueue(2);
        await engine.OutputAsync("Remove-RegistryImage \"${app}:1.2\"", Token);
        Assert.Single(engine.Host.Questions);
        Assert.Equal(TaggedRegistry.Tags.Count, (await engine.OutputAsync("Get-RegistryTag $app", Token)).Count);
        Assert.Equal(0, await registry.CountAsync("DELETE", "", Token));
    }

    private static async Task RemovesTagAsync(string registry)
    {
        using var engine = new Engine { ["app"] = $"{registry}/team/app" };
        var digest = (string)(await engine.SingleAsync("Get-RegistryManifest \"${app}:1.2\"", Token)).Digest;
        await engine.OutputAsync("Get-RegistryTag $app -Filter 1.2 | Remove-RegistryImage -Confirm:$false", Token);

        var listed = (await ExternalTools.RunAsync("skopeo", ["list-tags", "--tls-verify=false", $"docker://{registry}/team/app"],
            Token)).Output;
        using var document = JsonDocument.Parse(listed);
        Assert.Equal(TaggedRegistry.Tags.Where(tag => tag != "1.2").Order(StringComparer.Ordinal),
            document.RootElement.GetProperty("Tags").EnumerateArray().Select(tag => tag.GetString()).Order(StringComparer.Ordinal));
        var sibling = await ExternalTools.RunAsync("skopeo",
            ["inspect", "--raw", "--tls-verify=false", $"docker://{registry}/team/app:latest"], Token);
        Assert.Equal(digest, Http.DigestOf(System.Text.Encoding.UTF8.GetBytes(sibling.Output)));
    }
}
