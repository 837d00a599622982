using System.Globalization;
using System.Management.Automation;

namespace ImagePusher.Binding;

/// <summary>Lets a number through that is from one bound to another, and says the whole rule, with its unit, where it does not.</summary>
/// <param name="minimum">The least.</param>
/// <param name="maximum">The most.</param>
/// <param name="meaning">What the number is: <c>the seconds before the first repetition</c>.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ValidateQuantityAttribute(long minimum, long maximum, string meaning) : ValidateArgumentsAttribute
{
    /// <summary>The least.</summary>
    public long Minimum => minimum;

    /// <summary>The most.</summary>
    public long Maximum => maximum;

    /// <summary>What the number is.</summary>
    public string Meaning => meaning;

    /// <inheritdoc/>
    protected override void Validate(object arguments, EngineIntrinsics engineIntrinsics)
    {
        var value = arguments is TimeSpan time ? (decimal)time.TotalSeconds : LanguagePrimitives.ConvertTo<decimal>(arguments);
        if (value < minimum || value > maximum)
        {
            throw new ValidationMetadataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{arguments} is too {(value < minimum ? "small" : "large")}: give {meaning}, from {minimum} to {maximum}."));
        }
    }
}
