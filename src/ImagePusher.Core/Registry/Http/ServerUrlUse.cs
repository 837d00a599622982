namespace ImagePusher.Core.Registry.Http;

/// <summary>The purposes of URLs from a server.</summary>
internal enum ServerUrlUse
{
    /// <summary>The Location of a redirect.</summary>
    Redirect,

    /// <summary>The Location of an upload, also one that an earlier process kept.</summary>
    Upload,

    /// <summary>The realm of a bearer challenge.</summary>
    TokenServer,
}
