namespace ImagePusher.Core.Tests.Archives;

/// <summary>Tests that measure the process and so run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuredAlone
{
    public const string Name = "Archives, alone";
}
