namespace ImagePusher.TestSupport.FakeRegistries;

/// <summary>How a registry writes Locations.</summary>
public enum LocationStyle
{
    /// <summary>An absolute URL by which it was asked.</summary>
    Absolute,

    /// <summary>Path and query alone.</summary>
    HostRelative,

    /// <summary>An absolute URL with http where it was asked by https, and the other way round.</summary>
    OtherScheme,

    /// <summary>An absolute URL with a host name that only its own network knows.</summary>
    InternalHost,
}
