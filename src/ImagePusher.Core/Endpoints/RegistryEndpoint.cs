using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Registry;
using ImagePusher.Core.State;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Endpoints;

/// <summary>A registry: one image as a source; a full name, a registry or a prefix as a target.</summary>
internal sealed class RegistryEndpoint(string reference, RegistryClient? client) : ImageEndpoint
{
    private static readonly Lazy<RegistryClient> Shared = new(
        () => new RegistryClient(new RegistryClientOptions { UploadJournal = new TransferState().Uploads }));

    public override string ToString() => reference;

    private RegistryClient Client => client ?? Shared.Value;

    internal override async Task<SourceEndpoint> OpenSourceAsync(CopyOptions options, CancellationToken cancellationToken)
    {
        var name = ImageReference.Parse(reference);
        var repository = Repository(name, options);
        var root = await repository.DescribeAsync(name.TagOrDigest!, cancellationToken).ConfigureAwait(false);
        return new SourceEndpoint(name.ToString(), [new SourceImage(new ImageSelection(repository, root) { Name = name }, name)]);
    }

    internal override TargetEndpoint OpenTarget(CopyOptions options, bool isPlan) =>
        new RegistryTarget(DestinationMap.Parse(reference), name => Repository(name, options));

    private RegistryRepository Repository(ImageReference name, CopyOptions options) =>
        Client.GetRepository(name.Registry, name.Repository, new RequestOptions { Log = options.Logger });

    private sealed class RegistryTarget(DestinationMap names, Func<ImageReference, IImageTarget> open) : TargetEndpoint
    {
        public override IReadOnlyList<DestinationName> NamesFor(IReadOnlyList<SourceImage> images) =>
        [
            .. names.ForAll([.. images.Select(image => (image.Name, image.Label, image.Selection.Root.Digest.ToString()))])
                .Select(mapped => mapped.Name ?? throw mapped.Error!),
        ];

        public override IImageTarget Open(ImageReference name) => open(name);
    }
}
