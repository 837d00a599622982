namespace ImagePusher.Core.Registry;

/// <summary>How many pulls a registry allows, from its <c>ratelimit-*</c> headers.</summary>
/// <param name="Limit">The pulls allowed in a window.</param>
/// <param name="Remaining">The pulls left; null if the registry did not say.</param>
/// <param name="Window">The window's length; null if the registry did not say.</param>
/// <param name="Source">What is counted, an address or an account; null if the registry did not say.</param>
internal sealed record RateLimit(int Limit, int? Remaining, TimeSpan? Window, string? Source);
