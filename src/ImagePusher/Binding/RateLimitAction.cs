namespace ImagePusher.Binding;

/// <summary>What a run does when a registry allows fewer pulls than the minimum.</summary>
public enum RateLimitAction
{
    /// <summary>Wait until there are enough.</summary>
    Wait,

    /// <summary>Fail the images that are still to be copied.</summary>
    Stop,
}
