namespace ImagePusher.Core;

/// <summary>What an error is about where its class is more general: a caller chooses a hint of its own by it, not by the text.</summary>
internal enum ErrorTopic
{
    /// <summary>The class of the error says it.</summary>
    None,

    /// <summary>A host that a registry named and that this client does not use.</summary>
    ForbiddenHost,

    /// <summary>A secret that is written in a file of the user.</summary>
    SecretInFile,

    /// <summary>The list of images of a cache.</summary>
    CacheIndex,

    /// <summary>A blob of a cache.</summary>
    CachedBlob,

    /// <summary>A digest that a name lacks.</summary>
    MissingDigest,

    /// <summary>A destination that was not specified.</summary>
    MissingDestination,

    /// <summary>An image where a referrer is needed.</summary>
    NoReferrer,

    /// <summary>A variable in a name that was not replaced by its value.</summary>
    UnreplacedVariable,

    /// <summary>A user name, password or token in a name.</summary>
    CredentialsInName,
}
