namespace ImagePusher.Core.Abstractions;

/// <summary>A source that reads from another source. Settings of a registry, such as a signature policy, also apply to derived
/// sources.</summary>
internal interface IDerivedSource
{
    /// <summary>The source that is read; it may be derived too.</summary>
    IImageSource Origin { get; }

    /// <summary>The source that a chain of derived sources reads from in the end.</summary>
    static IImageSource OriginOf(IImageSource source)
    {
        while (source is IDerivedSource derived)
        {
            source = derived.Origin;
        }

        return source;
    }
}
