namespace ImagePusher.Core.Registry;

/// <summary>The pull limit of a registry, from its <c>ratelimit-*</c> headers.</summary>
/// <param name="Limit">The pulls allowed in a window.</param>
/// <param name="Remaining">The pulls left; null if the registry did not report it.</param>
/// <param name="Window">The window's length; null if the registry did not report it.</param>
/// <param name="Source">The address or account to which the limit applies; null if the registry did not report it.</param>
internal sealed record RateLimit(int Limit, int? Remaining, TimeSpan? Window, string? Source);
