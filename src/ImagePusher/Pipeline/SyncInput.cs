using System.Globalization;
using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Sync;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;
using ImagePusher.Session;

namespace ImagePusher.Pipeline;

/// <summary>Turns sync files, and objects of Get-SyncPlan, into the images of a run; each image once.</summary>
internal sealed class SyncInput(
    AsyncCommand command, SyncTarget targets, Func<IReadOnlyDictionary<string, SyncRegistry>, SyncAccess> open)
{
    private readonly HashSet<(ImageReference Source, ImageReference Target)> _seen = [];
    private readonly Dictionary<string, SyncAccess> _access = [];
    private int? _parallel;

    /// <summary>The maximum number of images in progress that the call sets; null for that of the file.</summary>
    public int? ThrottleLimit { get; init; }

    /// <summary>The maximum number of images in progress.</summary>
    public int Throttle => ThrottleLimit ?? _parallel ?? Math.Max(TransferLimits.DefaultBlobs, PusherSession.Current.Client.Throttle);

    /// <summary>The target name of an image.</summary>
    public DestinationName TargetOf(SyncItem item) => targets.For(item.Target, item.Source);

    /// <summary>The target repository of a selection.</summary>
    public ImageReference TargetOf(SyncSelection selection) => targets.RepositoryFor(selection.Entry, selection.Repository!);

    /// <summary>True for the first occurrence of an image in the run.</summary>
    public bool IsNew(ImageReference source, ImageReference target) => _seen.Add((source, target));

    /// <summary>The images that a file selects.</summary>
    public (SyncAccess Access, IReadOnlyList<SyncSelection> Selections) Select(SyncFile file)
    {
        _parallel = file.Parallel ?? _parallel;
        var access = open(file.Registries);
        return (access, SyncFileLoader.Select(command, file, access, Throttle));
    }

    /// <summary>The image that represents a list that could not be read.</summary>
    public static SyncItem Failed(SyncFile file, SyncSelection selection) => SyncItem.Of(
        file, selection.Entry, selection.Repository ?? ImageReference.Create(selection.Entry.Registry, "any").ByDigest());

    /// <summary>An image of Get-SyncPlan, also one that was deserialized.</summary>
    /// <exception cref="InvalidOptionException">The object is not one of Get-SyncPlan.</exception>
    public (SyncItem Item, SyncAccess Access) Read(PSObject value)
    {
        if (Text(value, nameof(SyncPlanItem.Source)) is not { } source || value.Properties[nameof(SyncPlanItem.MinimumRateLimit)] is null)
        {
            throw new InvalidOptionException(
                $"'{value}' is not an image of a sync plan.", "Pipe objects of Get-SyncPlan, or specify a sync file.");
        }

        var path = Text(value, nameof(SyncPlanItem.Path));
        var item = new SyncItem
        {
            Source = References.Parse(source),
            Target = Text(value, nameof(SyncPlanItem.Target)),
            Platforms = [.. Platforms(value).SelectMany(Binding.PlatformParser.Parse)],
            IncludeReferrers = value.Properties[nameof(SyncPlanItem.IncludeReferrers)]?.Value as bool?,
            MinimumRateLimit = Number(value, nameof(SyncPlanItem.MinimumRateLimit)),
            Path = path,
            Line = Number(value, nameof(SyncPlanItem.Line)),
        };
        return (item, AccessOf(path));
    }

    private static string? Text(PSObject value, string property) => value.Properties[property]?.Value is { } found
        && LanguagePrimitives.ConvertTo<string>(found) is { Length: > 0 } text ? text : null;

    private static int Number(PSObject value, string property) =>
        LanguagePrimitives.TryConvertTo<int>(value.Properties[property]?.Value, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static IEnumerable<string> Platforms(PSObject value) =>
        value.Properties[nameof(SyncPlanItem.Platform)]?.Value is { } found
            ? (LanguagePrimitives.GetEnumerable(found)?.Cast<object?>() ?? [found]).Select(item => $"{item}").Where(text => text.Length > 0)
            : [];

    // The credentials of the file are not part of the objects: the file is read again.
    private SyncAccess AccessOf(string? path)
    {
        if (!_access.TryGetValue(path ?? "", out var access))
        {
            var file = path is not null && File.Exists(path) ? SyncFileLoader.Read(command, path) : null;
            _access[path ?? ""] = access = open(file?.Registries ?? new Dictionary<string, SyncRegistry>());
        }

        return access;
    }
}
