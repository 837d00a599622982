using System.Globalization;
using System.Management.Automation;

namespace ImagePusher.Binding;

/// <summary>
/// Accepts a TimeSpan, the text of one (<c>1.12:00:00</c>), or a number with a unit (<c>90s</c>, <c>30m</c>, <c>24h</c>, <c>7d</c>).
/// A number without a unit is rejected, because .NET interprets it as days, which is rarely intended.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject { BaseObject: var inner } ? inner : inputData;
        if (value is TimeSpan or null)
        {
            return inputData;
        }

        if (value is decimal days && (double)Math.Abs(days) < TimeSpan.MaxValue.TotalDays)
        {
            // PowerShell reads 90d without quotes as a decimal number.
            return TimeSpan.FromDays((double)days);
        }

        var text = LanguagePrimitives.ConvertTo<string>(value).Trim();
        if (text == "0")
        {
            return TimeSpan.Zero;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        {
            throw new ArgumentTransformationMetadataException(
                $"'{text}' has no unit. Specify {text}s, {text}m, {text}h or {text}d, or a TimeSpan such as 1.12:00:00.");
        }

        return WithUnit(text) ?? (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span)
            ? span
            : throw new ArgumentTransformationMetadataException(
                $"'{text}' is not a duration. Specify a number with a unit, such as 90s, 30m, 24h or 7d, or a TimeSpan such as "
                + "1.12:00:00."));
    }

    private static TimeSpan? WithUnit(string text)
    {
        double? seconds = text.Length == 0
            ? null : char.ToLowerInvariant(text[^1]) switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => null };
        return seconds is { } unit && double.TryParse(text[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out var count)
            && Math.Abs(count * unit) < TimeSpan.MaxValue.TotalSeconds
            ? TimeSpan.FromSeconds(count * unit)
            : null;
    }
}
