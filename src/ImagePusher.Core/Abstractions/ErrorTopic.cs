namespace ImagePusher.Core;

/// <summary>The topic of an error, if its class is more general. Callers use it to select a hint, instead of the text of the
/// message.</summary>
internal enum ErrorTopic
{
    /// <summary>No topic: the class of the error is specific.</summary>
    None,

    /// <summary>A host in a URL of a registry that the rules exclude.</summary>
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
