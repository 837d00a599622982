using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Sync;

/// <summary>The source of the lists of a run.</summary>
internal interface ISyncLists
{
    /// <summary>The tags of a repository.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="incomplete">Called if the list may lack tags.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    IAsyncEnumerable<string> GetTagsAsync(ImageReference repository, Action incomplete, CancellationToken cancellationToken);

    /// <summary>The repositories of a registry.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="incomplete">Called if the list may lack repositories.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    IAsyncEnumerable<string> GetRepositoriesAsync(string registry, Action incomplete, CancellationToken cancellationToken);
}

/// <summary>Finds the images that the entries of a sync file select. Each list is requested once, whatever the number of its
/// entries.</summary>
internal sealed class SyncPlanner(ISyncLists lists)
{
    private readonly ConcurrentDictionary<ImageReference, Lazy<Task<TagList>>> _tags = new();
    private int _images;

    /// <summary>The images that an entry selects, as one object per repository.</summary>
    /// <exception cref="LimitExceededException">The file selects too many images.</exception>
    public async IAsyncEnumerable<SyncSelection> SelectAsync(SyncEntry entry, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (entry.Repository is { } single)
        {
            yield return await SelectAsync(entry, single, cancellationToken).ConfigureAwait(false);
            yield break;
        }

        var (repositories, isIncomplete, failure) = await RepositoriesAsync(entry, cancellationToken).ConfigureAwait(false);
        foreach (var repository in repositories)
        {
            yield return await SelectAsync(entry, repository, cancellationToken).ConfigureAwait(false);
        }

        if (isIncomplete)
        {
            yield return new SyncSelection { Entry = entry, IsIncomplete = true, Error = failure };
        }
    }

    private async Task<SyncSelection> SelectAsync(SyncEntry entry, ImageReference repository, CancellationToken cancellationToken)
    {
        if (entry.Rule.Names is { } names)
        {
            Count(names.Count);
            return new SyncSelection
            {
                Entry = entry,
                Repository = repository,
                Images = [.. names.Distinct().Select(name => Named(repository, name))],
            };
        }

        var list = await _tags.GetOrAdd(repository, name => new Lazy<Task<TagList>>(() => ListAsync(name, cancellationToken))).Value
            .ConfigureAwait(false);
        var images = list.Tags.Where(entry.Rule.Selects).Order(StringComparer.Ordinal).Select(repository.WithTag).ToList();
        Count(images.Count);
        return new SyncSelection
        {
            Entry = entry,
            Repository = repository,
            Images = list.Error is null ? images : [],
            IsEmpty = list.Tags.Count == 0,
            IsIncomplete = list.IsIncomplete,
            Error = list.Error,
        };
    }

    private async Task<TagList> ListAsync(ImageReference repository, CancellationToken cancellationToken)
    {
        var (tags, isIncomplete) = (new HashSet<string>(StringComparer.Ordinal), false);
        try
        {
            await foreach (var tag in lists.GetTagsAsync(repository, () => isIncomplete = true, cancellationToken).ConfigureAwait(false))
            {
                tags.Add(tag);
            }

            return new TagList(tags, isIncomplete, null);
        }
        catch (ImagePusherException error)
        {
            return new TagList([], true, error);
        }
    }

    private async Task<(IReadOnlyList<ImageReference> Repositories, bool IsIncomplete, ImagePusherException? Failure)> RepositoriesAsync(
        SyncEntry entry, CancellationToken cancellationToken)
    {
        var (found, isIncomplete) = (new List<ImageReference>(), false);
        try
        {
            await foreach (var path in lists.GetRepositoriesAsync(
                entry.Registry, () => isIncomplete = true, cancellationToken).ConfigureAwait(false))
            {
                if (entry.Repositories.Selects(path))
                {
                    found.Add(ImageReference.Create(entry.Registry, path));
                }
            }

            return (found, isIncomplete, null);
        }
        catch (ImagePusherException error)
        {
            return (found, true, error);
        }
    }

    private void Count(int images)
    {
        if (Interlocked.Add(ref _images, images) > SyncLimits.Images)
        {
            throw new LimitExceededException($"The file selects more than {SyncLimits.Images:N0} images.", "Split the file.");
        }
    }

    private static ImageReference Named(ImageReference repository, string name) =>
        Oci.Digest.TryParse(name, out var digest) ? repository.WithDigest(digest) : repository.WithTag(name);

    private sealed record TagList(IReadOnlyCollection<string> Tags, bool IsIncomplete, ImagePusherException? Error);
}
