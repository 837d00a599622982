namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>Where a body goes.</summary>
internal enum Direction
{
    /// <summary>A request's, to the server.</summary>
    Up,

    /// <summary>A response's, to the client.</summary>
    Down,
}
