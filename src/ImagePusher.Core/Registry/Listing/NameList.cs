using System.Runtime.CompilerServices;
using System.Text.Json;
using ImagePusher.Core.Oci;
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
                if (entry.Text() is { } name && isValid(name))
                {
                    yield return name;
                }
                else if (!isReported)
                {
                    isReported = true;
                    transport.Log.Warning(
                        $"{transport.Host.Registry} lists entries that are not valid names while {list.Purpose}; they are "
                            + $"skipped. The first one is {Shown(page.Secrets, entry)}.");
                }
            }
        }
    }

    private static string Shown(SecretFilter secrets, JsonElement entry) =>
        entry.Text() is { } text ? $"'{secrets.OneLine(text)}'"
        : entry.ValueKind == JsonValueKind.String ? "not Unicode text"
        : $"a value of the kind {entry.ValueKind}";
}
