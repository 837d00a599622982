using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace ImagePusher.Binding;

/// <summary>
/// For parameters that take references from the pipeline. Get-Content gives each line of a list the path of the list as a property;
/// here the line is recorded, so that the path is not interpreted as the path of an archive.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListLineAttribute : ArgumentTransformationAttribute
{
    private static readonly ConditionalWeakTable<string[], object> Lines = [];

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if (inputData is not PSObject { BaseObject: string line } text || text.Properties["PSPath"] is null)
        {
            return inputData;
        }

        string[] lines = [line];
        Lines.Add(lines, line);
        return lines;
    }

    /// <summary>True if the value of the parameter is a line of a file.</summary>
    internal static bool IsLine(string[] value) => Lines.TryGetValue(value, out _);
}
