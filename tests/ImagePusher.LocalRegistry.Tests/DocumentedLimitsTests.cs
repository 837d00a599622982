using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace ImagePusher.LocalRegistry.Tests;

/// <summary>The table of limits in docs/security.md has every named limit of the code with its value.</summary>
public sealed partial class DocumentedLimitsTests
{
    private static readonly Dictionary<string, double> Units = new()
    {
        [""] = 1,
        ["KiB"] = 1024,
        ["MiB"] = 1024 * 1024,
        ["GiB"] = 1024d * 1024 * 1024,
        ["seconds"] = 1,
        ["minutes"] = 60,
        ["hours"] = 3600,
    };

    [Fact]
    public void Every_named_limit_is_documented_with_its_value()
    {
        var documented = Row().Matches(File.ReadAllText(Page()))
            .Select(row => $"{row.Groups[3].Value} = {Number(row.Groups[1].Value) * Units[row.Groups[2].Value]}");
        Assert.Equal(Named().Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Named() =>
        from type in new[] { typeof(ImagePusherException).Assembly, typeof(LocalRegistryServer).Assembly }.SelectMany(
            assembly => assembly.GetTypes())
        where type.Name.EndsWith("Limits", StringComparison.Ordinal)
        from limit in Values(type)
        select $"{type.Name}.{limit.Name} = {Number(limit.Value is TimeSpan time ? time.TotalSeconds : limit.Value)}";

    private static IEnumerable<(string Name, object Value)> Values(Type type)
    {
        var constants = type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(field => IsValue(field.FieldType) && !field.Name.Contains('<', StringComparison.Ordinal))
            .Select(field => (field.Name, field.GetValue(null)!));
        var defaults = type.GetProperty("Default", BindingFlags.Static | BindingFlags.Public)?.GetValue(null);
        return defaults is null ? constants : constants.Concat(type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(property => IsValue(property.PropertyType)).Select(property => (property.Name, property.GetValue(defaults)!)));
    }

    private static bool IsValue(Type type) => type == typeof(int) || type == typeof(long) || type == typeof(TimeSpan);

    private static string Page()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ImagePusher.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder!.FullName, "docs", "security.md");
    }

    private static double Number(object value) =>
        Convert.ToDouble(value is string text ? text.Replace(",", "", StringComparison.Ordinal) : value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\| [^|]+ \| ([\d,]+) ?([A-Za-z]*) \| `(\w+\.\w+)` \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
