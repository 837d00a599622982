using ImagePusher.Core.Oci;
using ImagePusher.Core.Trust;

namespace ImagePusher.Core.Tests.Trust;

public sealed class CosignProgramTests : TrustTest
{
    private static readonly Digest Signed = Digest.Of("image"u8);

    [Fact]
    public async Task A_signature_that_cosign_accepts_is_valid_for_the_digest_and_the_reference()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test double is a script.");
        var verdicts = await RunAsync($"echo \"$@\" > {Folder}/arguments; printf '%s' '[{Text(Signed)}]'");

        Assert.True(Assert.Single(verdicts).IsValid);
        Assert.Equal(
            $"verify --output json --certificate-identity-regexp ^a$ --certificate-oidc-issuer https://issuer registry.example/team/app@"
                + $"{Signed}\n",
            await File.ReadAllTextAsync(Path.Combine(Folder, "arguments"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_signature_that_cosign_accepts_for_another_digest_or_repository_is_not_valid()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test double is a script.");
        Assert.False(Assert.Single(await RunAsync($"printf '%s' '[{Text(Digest.Of("other"u8))}]'")).IsValid);
        Assert.False(Assert.Single(await RunAsync($"printf '%s' '[{Text(Signed, "registry.example/team/other")}]'")).IsValid);
    }

    [Theory]
    [InlineData("echo 'Error: no matching signatures' >&2; exit 1", "no matching signatures")]
    [InlineData("echo nonsense", "not understood")]
    [InlineData("printf '[]'", "not understood")]
    [InlineData("exit 0", "not understood")]
    public async Task A_signature_that_cosign_rejects_or_does_not_report_is_not_valid(string script, string reason)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test double is a script.");
        var verdict = Assert.Single(await RunAsync(script));

        Assert.False(verdict.IsValid);
        Assert.Contains(reason, verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_cosign_it_is_a_typed_error()
    {
        var error = await Assert.ThrowsAsync<PathNotFoundException>(() => new CosignProgram(_ => null).VerifyAsync(
            App, Signed, "^a$", "https://issuer", new MatchRepository(), TestContext.Current.CancellationToken));

        Assert.Contains("no program cosign was found", error.Message, StringComparison.Ordinal);
    }

    private static string Text(Digest digest, string reference = "registry.example/team/app") =>
        System.Text.Encoding.UTF8.GetString(Payload(digest.ToString(), reference));

    private Task<IReadOnlyList<SignatureVerdict>> RunAsync(string script)
    {
        var program = Path.Combine(Folder, "cosign");
        File.WriteAllText(program, $"#!/bin/sh\n{script}\n");
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The test double is a script.");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return new CosignProgram(name => name == "PATH" ? Folder : null).VerifyAsync(
            App, Signed, "^a$", "https://issuer", new MatchRepository(), TestContext.Current.CancellationToken);
    }
}
