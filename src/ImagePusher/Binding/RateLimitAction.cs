namespace ImagePusher.Binding;

/// <summary>The actions of a run if a registry allows fewer pulls than the minimum.</summary>
public enum RateLimitAction
{
    /// <summary>Wait until there are enough.</summary>
    Wait,

    /// <summary>Fail the images that are still to be copied.</summary>
    Stop,
}
