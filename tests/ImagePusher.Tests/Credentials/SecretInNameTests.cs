using System.Management.Automation;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Credentials;

/// <summary>Credentials that someone writes into a name, as a URL has them, are in no stream and in no property of an error.</summary>
public sealed class SecretInNameTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Save-ImageToCache 'bob:S3cret@localhost:1/app:1' -Verbose")]
    [InlineData("Save-ImageToCache 'bob:S3cret@x@localhost:1/app:1' -Verbose")]
    [InlineData("Save-ImageToCache 'bob:x/S3cret@localhost:1/app:1' -Verbose")]
    [InlineData("Save-ImageToCache 'docker://bob:S3cret@localhost:1/app:1' -Verbose")]
    [InlineData("Save-ImageToCache 'https://S3cret@localhost:1/app:1' -Verbose")]
    [InlineData("Save-ImageToCache 'S3cret@ghcr.io/owner/app:1' -Verbose")]
    [InlineData("Get-RegistryTag ':S3cret@ghcr.io/owner/app' -Verbose")]
    [InlineData("Get-CachedImage 'bob:S3cret@localhost:1/app' -Verbose")]
    [InlineData("Push-CachedImage * -Destination 'bob:S3cret@ghcr.io/owner/' -Verbose")]
    [InlineData("Push-CachedImage * -Destination 'bob:S3cret@ghcr.io' -Verbose")]
    [InlineData("Copy-RegistryImage localhost:1/app:1 -Destination 'S3cret@ghcr.io/owner/' -Verbose")]
    [InlineData("Connect-Registry 'me:S3cret@ghcr.io' -Verbose")]
    [InlineData("Set-RegistryOption localhost:1 -Mirror 'me:S3cret@mirror.example.com' -Verbose")]
    [InlineData("[pscustomobject]@{ Reference = 'bob:S3cret@localhost:1/app:1' } | Save-ImageToCache -Verbose")]
    public async Task It_is_not_shown(string script)
    {
        using var engine = new Engine();
        var outcome = await engine.RunAsync(script, Token);
        var error = outcome.SingleError();
        Assert.StartsWith("InvalidReference", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.All(Texts(error).Concat(outcome.Verbose).Concat(outcome.Warnings).Append(outcome.Text),
            text => Assert.DoesNotContain("S3cret", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("compose.yaml", "services: {a: {image: 'https://bob:S3cret@r.example/app:${TAG}'}}\n")]
    [InlineData("Dockerfile", "FROM bob:S3cret@ghcr.io/owner/app:$TAG\n")]
    [InlineData("deploy.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: 'bob:S3cret@ghcr.io/app:{{ .Tag }}'}]}\n")]
    [InlineData("images.txt", "bob:S3cret@ghcr.io/owner/app:1\nhttps://S3cret@ghcr.io/x\n")]
    [InlineData("deploy.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: 'docker://bob:S3cret@ghcr.io/app:1'}]}\n")]
    public async Task It_is_not_shown_either_if_a_file_has_it(string name, string content)
    {
        using var folder = new TestSupport.TemporaryFolder();
        folder.Write(name, content);
        using var engine = new Engine { ["file"] = folder[name] };
        var outcome = await engine.RunAsync("Find-ImageReference $file -Verbose; Set-ImageReference $file -Mirror localhost:5000 -WhatIf",
            Token);
        Assert.True(outcome.Warnings.Count + outcome.AllErrors.Count > 0);
        Assert.All(outcome.AllErrors.SelectMany(Texts).Concat(outcome.Verbose).Concat(outcome.Warnings).Append(outcome.Text),
            text => Assert.DoesNotContain("S3cret", text, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Texts(ErrorRecord error)
    {
        yield return $"{error} {error.ErrorDetails?.Message} {error.ErrorDetails?.RecommendedAction} "
            + $"{error.CategoryInfo} {error.TargetObject}";
        for (var cause = error.Exception; cause is not null; cause = cause.InnerException!)
        {
            yield return cause.ToString();
        }
    }
}
