using ImagePusher.Core;
using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core.Naming;
using ImagePusher.Output;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Get-RegistryRateLimit: how many pulls are left, asked by a request that is none.</summary>
[Cmdlet(VerbsCommon.Get, "RegistryRateLimit")]
[OutputType(typeof(RegistryRateLimit))]
public sealed class GetRegistryRateLimitCommand : RegistryCommand
{
    // Docker's own image for the question; the limit is the account's, whatever image is asked for.
    private const string Preview = "docker.io/ratelimitpreview/test:latest";

    /// <summary>An image of each registry to ask about; one that is there for it on Docker Hub unless given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SeenReferenceCompleter))]
    public string[] Reference { get; set; } = [Preview];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var text in Reference)
        {
            Try(text, () =>
            {
                var reference = ImageReference.Parse(text);
                var repository = Access.Repository(reference);
                Start(text, async (pending, token) =>
                {
                    if (await repository.GetRateLimitAsync(reference.TagOrDigest!, token).ConfigureAwait(false) is not { } limit)
                    {
                        Log.Warning($"{reference.Registry} tells of no limit.");
                        return;
                    }

                    pending.Write(new RegistryRateLimit
                    {
                        Registry = reference.Registry,
                        Limit = limit.Limit,
                        Remaining = limit.Remaining,
                        WindowSec = limit.Window is { } window ? (long)window.TotalSeconds : null,
                        Source = limit.Source,
                    });
                });
            });
        }
    }
}
