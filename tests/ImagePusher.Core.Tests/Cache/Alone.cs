namespace ImagePusher.Core.Tests.Cache;

/// <summary>Tests that measure time: no other test runs beside them.</summary>
[CollectionDefinition("Alone", DisableParallelization = true)]
public sealed class Alone;
