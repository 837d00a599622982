namespace ImagePusher.Core.Abstractions;

/// <summary>A source that reads from another one. What holds for a registry, such as a signature policy, holds through it.</summary>
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
