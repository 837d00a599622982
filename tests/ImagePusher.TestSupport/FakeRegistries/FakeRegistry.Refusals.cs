using System.Globalization;
using System.Text.RegularExpressions;

namespace ImagePusher.TestSupport.FakeRegistries;

/// <content>What is rejected of an upload before its body is read.</content>
public sealed partial class FakeRegistry
{
    private async Task<bool> RefuseAsync(ServerExchange exchange, FakeUpload upload)
    {
        if (Refusal(exchange, upload) is not { } refusal)
        {
            return false;
        }

        if (refusal.Status == 416)
        {
            exchange.Add("Range", RangeOf(upload, RangeStyle.Plain)!);
        }

        // The body of a rejected request is not read, so the connection cannot be used again.
        exchange.Closes |= exchange.ContentLength is not 0;
        await ErrorAsync(exchange, refusal.Status, refusal.Code, refusal.Message);
        return true;
    }

    private (int Status, string Code, string Message)? Refusal(ServerExchange exchange, FakeUpload upload)
    {
        var (length, range) = (exchange.ContentLength, exchange.Header("Content-Range"));
        var isPut = exchange.Method == "PUT";
        if (upload.IsBroken)
        {
            return (500, "UNKNOWN", "offset mismatch between file and model");
        }

        if (length is null && !RegistryProfile.TakesUnknownLength)
        {
            return (411, "UNKNOWN", "Length Required");
        }

        if (length > RegistryProfile.LargestBody || (isPut && length > RegistryProfile.LargestPut))
        {
            return (413, "UNKNOWN", "413 Request Entity Too Large");
        }

        if (range is null)
        {
            return isPut
                ? upload.Received == 0 && length is not 0 && !RegistryProfile.TakesWholePut
                    ? (404, "BLOB_UNKNOWN", "blob unknown to registry")
                    : null
                : upload.Received > 0 && RegistryProfile.SecondStreamRefusal > 0
                    ? (RegistryProfile.SecondStreamRefusal, "BLOB_UPLOAD_INVALID", string.Format(CultureInfo.InvariantCulture,
                        RegistryProfile.SecondStreamMessage, upload.Received))
                    : null;
        }

        return RangeRefusal(upload, length, range);
    }

    private (int Status, string Code, string Message)? RangeRefusal(FakeUpload upload, long? length, string range)
    {
        if (RegistryProfile.RangeRefusal > 0)
        {
            return (RegistryProfile.RangeRefusal, "UNSUPPORTED", "chunked uploads are not supported");
        }

        // "bytes a-b/*", which .NET's typed header writes is rejected (dotnet/sdk-container-builds #258).
        if (ContentRange().Match(range) is not { Success: true } match)
        {
            return (400, "BLOB_UPLOAD_INVALID", $"'{range}' is not a range");
        }

        var start = long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        var size = long.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) - start + 1;
        if (start != upload.Received)
        {
            return (416, "BLOB_UPLOAD_INVALID", $"First byte is {start} instead of {upload.Received}");
        }

        if (size > RegistryProfile.LargestChunk)
        {
            return (416, "REQUESTED_RANGE_NOT_SATISFIABLE", "the request body is too large and exceeds the maximum permissible limit");
        }

        return length is not null && length != size ? (400, "SIZE_INVALID", $"{length} bytes are not {range}") : null;
    }

    [GeneratedRegex(@"^(\d+)-(\d+)$")]
    private static partial Regex ContentRange();
}
