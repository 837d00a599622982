namespace ImagePusher.TestSupport.FakeRegistries;

/// <summary>How a registry writes Locations.</summary>
public enum LocationStyle
{
    /// <summary>An absolute URL with the host of the request.</summary>
    Absolute,

    /// <summary>Path and query alone.</summary>
    HostRelative,

    /// <summary>An absolute URL with http for a request with https, and with https for a request with http.</summary>
    OtherScheme,

    /// <summary>An absolute URL with a host name that can be resolved only in its own network.</summary>
    InternalHost,
}
