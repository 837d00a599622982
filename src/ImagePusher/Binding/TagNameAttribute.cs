using System.Globalization;
using System.Management.Automation;

namespace ImagePusher.Binding;

/// <summary>Rejects tags that PowerShell has converted to numbers and thereby changed: in <c>-Tag 1.0, latest</c> the first one is
/// 1.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TagNameAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = Inner(inputData);
        if (value is not string && LanguagePrimitives.GetEnumerable(value) is { } list)
        {
            foreach (var item in list.Cast<object?>().Select(Inner).Where(item => item is double or decimal or float))
            {
                throw Changed(Convert.ToString(item, CultureInfo.InvariantCulture)!);
            }
        }
        else if (value is double or decimal or float
            && LanguagePrimitives.ConvertTo<string>(inputData) is var text && !text.Contains('.', StringComparison.Ordinal))
        {
            // A literal number on the command line keeps its text; a number in a variable does not.
            throw Changed(text);
        }

        return inputData;
    }

    private static object? Inner(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    private static ArgumentTransformationMetadataException Changed(string text) =>
        new($"PowerShell reads a tag without quotes as the number {text}, which loses zeros. Put quotes around tags, such as '1.0'.");
}
