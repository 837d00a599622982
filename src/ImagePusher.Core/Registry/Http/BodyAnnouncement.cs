namespace ImagePusher.Core.Registry.Http;

/// <summary>A large body is announced by <c>Expect: 100-continue</c> (RFC 9110, 10.1.1), so that a rejected one is not sent.</summary>
internal static class BodyAnnouncement
{
    /// <summary>The time to wait for a response to the announcement before the body is sent.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);
}
