using Microsoft.Extensions.Logging;

namespace ImagePusher.Core.Inspection;

/// <summary>Warns about entries that are omitted, one by one up to a limit.</summary>
/// <param name="log">Receives the warnings.</param>
/// <param name="source">The source of the entries.</param>
internal sealed class EntryWarnings(ILogger log, string source)
{
    private int _count;

    /// <summary>Warns about an entry.</summary>
    /// <param name="entry">The entry and why it is omitted.</param>
    public void Add(string entry)
    {
        if (++_count <= InspectionLimits.Warnings)
        {
            log.Warning($"{source}: skipped {entry}.");
        }
    }

    /// <summary>Reports the number of entries without a warning of their own.</summary>
    public void Complete()
    {
        if (_count > InspectionLimits.Warnings)
        {
            log.Warning($"{source}: skipped {_count - InspectionLimits.Warnings:N0} more entries.");
        }
    }
}
