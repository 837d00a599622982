using ImagePusher.Core.Sync;

namespace ImagePusher.Session;

/// <summary>Creates the names of targets with the options of the session.</summary>
internal static class SyncTargetFactory
{
    /// <summary>The names below a destination, or by the targets of the file.</summary>
    public static SyncTarget Of(string? destination, bool? keepLibrary) =>
        new(destination, keepLibrary, registry => PusherSession.Current.Client.GetSettings(registry).KeepLibrary);
}
