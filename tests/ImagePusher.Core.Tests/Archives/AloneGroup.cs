namespace ImagePusher.Core.Tests.Archives;

/// <summary>Tests that measure the process and so run beside no others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneGroup
{
    public const string Name = "Archives, alone";
}
