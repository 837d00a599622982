using System.Management.Automation;
using System.Text.RegularExpressions;

namespace ImagePusher.Binding;

/// <summary>Accepts regular expressions as objects too: <c>[regex]'^1\.2'</c> is <c>/^1\.2/</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TagPatternAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = Inner(inputData);
        return value is string || LanguagePrimitives.GetEnumerable(value) is not { } list
            ? Text(value)
            : list.Cast<object?>().Select(item => Text(Inner(item))).ToArray();
    }

    private static object? Inner(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    private static object? Text(object? value) => value is Regex expression ? $"/{expression}/" : value;
}
