using System.Management.Automation;
using ImagePusher.Core.Registry;

namespace ImagePusher.Binding;

/// <summary>Accepts the former name of a monolithic upload, as scripts and saved options have it.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class UploadFormAttribute : ArgumentTransformationAttribute
{
    private const string FormerName = "Whole";

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        string.Equals(inputData?.ToString(), FormerName, StringComparison.OrdinalIgnoreCase)
            ? UploadForm.Monolithic
            : inputData!;
}
