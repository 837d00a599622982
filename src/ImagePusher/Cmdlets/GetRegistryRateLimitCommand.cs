using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Output;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Get-RegistryRateLimit: reads the remaining pulls, with a request that does not count as one.</summary>
[Cmdlet(VerbsCommon.Get, "RegistryRateLimit")]
[OutputType(typeof(RegistryRateLimit))]
public sealed class GetRegistryRateLimitCommand : RegistryCommand
{
    // Docker's own image for this purpose; the limit is that of the account, whatever the image.
    private const string Preview = "docker.io/ratelimitpreview/test:latest";

    /// <summary>An image of each registry; by default the image that Docker Hub provides for this purpose.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(KnownReferenceCompleter))]
    public string[] Reference { get; set; } = [Preview];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var text in Lines.Read(Reference))
        {
            Try(text, () =>
            {
                var reference = References.Parse(text);
                var repository = Access.Repository(reference);
                Start(text, async (pending, token) =>
                {
                    if (await repository.GetRateLimitAsync(reference.TagOrDigest!, token).ConfigureAwait(false) is { } limit)
                    {
                        pending.Write(RegistryRateLimit.Of(reference.Registry, limit));
                    }
                    else
                    {
                        pending.Do(cmdlet => cmdlet.WriteWarning($"{reference.Registry} reports no rate limit."));
                    }
                });
            });
        }
    }
}
