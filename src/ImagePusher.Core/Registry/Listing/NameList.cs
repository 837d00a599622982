using System.Runtime.CompilerServices;
using System.Text.Json;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Registry.Listing;

/// <summary>Reads the names in a list. Entries that no reference could contain are skipped, with one warning for the list.</summary>
internal static class NameList
{
    /// <summary>The valid names, each page requested when it is needed.</summary>
    /// <param name="transport">Sends the requests.</param>
    /// <param name="list">The list.</param>
    /// <param name="limits">The limits of the list.</param>
    /// <param name="isValid">True for a valid name.</param>
    /// <param name="isMissing">Called if the list itself does not exist; throws what that means.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static async IAsyncEnumerable<string> ReadAsync(
        RegistryTransport transport, ListRequest list, RegistryLimits limits, Func<string, bool> isValid, Action isMissing,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isReported = false;
        await foreach (var page in new PagedList(transport, list, limits).ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (list.Expected.Contains(page.Status))
            {
                isMissing();
            }

            foreach (var entry in page.Entries(list.Property))
            {
                if (Read(entry) is { } name && isValid(name))
                {
                    yield return name;
                }
                else if (!isReported)
                {
                    isReported = true;
                    transport.Log.Warning(
                        $"{transport.Host.Registry} lists entries that are not valid names while {list.Purpose}; they are "
                            + $"skipped. The first one is {Shown(entry)}.");
                }
            }
        }
    }

    // Null for what is not text, or not Unicode.
    private static string? Read(JsonElement entry)
    {
        try
        {
            return entry.ValueKind == JsonValueKind.String ? entry.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string Shown(JsonElement entry) =>
        Read(entry) is { } text ? $"'{ErrorBody.OneLine(text)}'" : $"a value of the kind {entry.ValueKind}";
}
