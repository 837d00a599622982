using System.Globalization;
using System.Management.Automation;
using ImagePusher.Core.Oci;

namespace ImagePusher.Output;

/// <summary>Formats values for the views of ImagePusher.Format.ps1xml, also for deserialized objects.</summary>
public static class Views
{
    /// <summary>A size with its unit.</summary>
    public static string Size(object? bytes) => LanguagePrimitives.TryConvertTo<long>(bytes, out var value) ? SizeText.Of(value) : "";

    /// <summary>The first twelve digits of a digest.</summary>
    public static string Digest(string? digest) => Core.Oci.Digest.TryParse(digest, out var parsed) ? parsed.Encoded[..12] : digest ?? "";

    /// <summary>A path of the file system, printable: the property itself is unchanged, to open the file.</summary>
    public static string Text(string? path) => OutputText.Of(path) ?? "";

    /// <summary>The last part of a path, printable.</summary>
    public static string FileName(string? path) => Text(Path.GetFileName(path));

    /// <summary>The folder of a path, printable.</summary>
    public static string Folder(string? path) => Text(Path.GetDirectoryName(path));

    /// <summary>A list on one line.</summary>
    public static string Join(object? values) =>
        LanguagePrimitives.GetEnumerable(values) is { } list ? string.Join(", ", list.Cast<object?>()) : values?.ToString() ?? "";

    /// <summary>A duration in seconds with one decimal digit.</summary>
    public static string Seconds(object? duration) =>
        LanguagePrimitives.TryConvertTo<TimeSpan>(duration, out var value)
            ? value.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)
            : "";

    /// <summary>The time since a moment; null if the value is not a moment.</summary>
    public static TimeSpan? Age(object? moment)
    {
        // Clixml keeps only the properties of a DateTimeOffset.
        var value = PSObject.AsPSObject(moment ?? "").Properties["UtcDateTime"]?.Value ?? moment;
        return LanguagePrimitives.TryConvertTo<DateTimeOffset>(value, CultureInfo.InvariantCulture, out var time) && time != default
            ? DateTimeOffset.UtcNow - time : null;
    }

    /// <summary>The day of a moment, in the universal time zone.</summary>
    public static string Day(object? moment)
    {
        var value = PSObject.AsPSObject(moment ?? "").Properties["UtcDateTime"]?.Value ?? moment;
        return LanguagePrimitives.TryConvertTo<DateTimeOffset>(value, CultureInfo.InvariantCulture, out var time) && time != default
            ? time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "";
    }

    /// <summary>The words of a command line; those that contain a space are quoted.</summary>
    public static string Words(object? first, object? rest) => string.Join(' ', new[] { first, rest }
        .SelectMany(list => (LanguagePrimitives.GetEnumerable(list) ?? Array.Empty<object>()).Cast<object?>())
        .Select(word => word?.ToString() ?? "")
        .Select(word => word.Length == 0 || word.Contains(' ', StringComparison.Ordinal) ? $"'{word}'" : word));

    /// <summary>The time since a moment in days; empty if the value is not a moment.</summary>
    public static string Days(object? moment) =>
        Age(moment) is { } age ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(age.TotalDays):0} d") : "";

    /// <summary>A name, and after it why something was done or not done.</summary>
    public static string WithReason(string? name, string? reason) => string.IsNullOrEmpty(reason) ? name ?? "" : $"{name}: {reason}";

    /// <summary>The kind of a media type, index or manifest; another text is unchanged.</summary>
    public static string Kind(string? mediaType) =>
        MediaTypes.IsIndex(mediaType) ? "index" : MediaTypes.IsManifest(mediaType) ? "manifest" : mediaType ?? "";

    /// <summary>The number of blobs of a plan with an action.</summary>
    public static int Count(object? blobs, string action) => LanguagePrimitives.GetEnumerable(blobs) is { } list
        ? list.Cast<object>().Count(blob => PSObject.AsPSObject(blob).Properties["Action"]?.Value as string == action)
        : 0;

    /// <summary>The total size of a list of layers.</summary>
    public static string Sum(object? layers)
    {
        var list = LanguagePrimitives.GetEnumerable(layers) ?? Array.Empty<object>();
        return SizeText.Of(list.Cast<object>().SumBytes(
            layer => LanguagePrimitives.TryConvertTo<long>(PSObject.AsPSObject(layer).Properties["Size"]?.Value, out var size) ? size : 0));
    }
}
