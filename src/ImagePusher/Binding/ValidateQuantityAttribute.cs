using System.Globalization;
using System.Management.Automation;

namespace ImagePusher.Binding;

/// <summary>Accepts a number within a range; the error states the range and the unit.</summary>
/// <param name="minimum">The minimum.</param>
/// <param name="maximum">The maximum.</param>
/// <param name="meaning">The meaning of the number: <c>the seconds before the first retry</c>.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ValidateQuantityAttribute(long minimum, long maximum, string meaning) : ValidateArgumentsAttribute
{
    /// <summary>The minimum.</summary>
    public long Minimum => minimum;

    /// <summary>The maximum.</summary>
    public long Maximum => maximum;

    /// <summary>The meaning of the number.</summary>
    public string Meaning => meaning;

    /// <inheritdoc/>
    protected override void Validate(object arguments, EngineIntrinsics engineIntrinsics)
    {
        var value = arguments is TimeSpan time ? (decimal)time.TotalSeconds : LanguagePrimitives.ConvertTo<decimal>(arguments);
        if (value < minimum || value > maximum)
        {
            throw new ValidationMetadataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{arguments} is too {(value < minimum ? "small" : "large")}: specify {meaning}, from {minimum} to {maximum}."));
        }
    }
}
