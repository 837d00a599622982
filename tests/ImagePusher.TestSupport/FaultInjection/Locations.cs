namespace ImagePusher.TestSupport.FaultInjection;

/// <summary>Ways in which a Location is written, right or wrong. The query is always kept byte for byte.</summary>
internal static class Locations
{
    /// <summary>Path and query of an absolute or relative URL.</summary>
    public static string PathAndQuery(string location)
    {
        var host = location.IndexOf("://", StringComparison.Ordinal);
        var path = host < 0 || host > location.IndexOf('/', StringComparison.Ordinal) + 1 ? 0 : location.IndexOf('/', host + 3);
        return path < 0 ? "/" : location[path..];
    }

    /// <summary>Relative to the folder of the request's path, without a slash at its start.</summary>
    public static string RelativeTo(string location, string requestTarget)
    {
        var path = requestTarget.Split('?', 2)[0];
        var folder = path[..(path.LastIndexOf('/') + 1)];
        var target = PathAndQuery(location);
        return target.StartsWith(folder, StringComparison.Ordinal)
            ? target[folder.Length..]
            : throw new InvalidOperationException($"{target} does not lie below {folder}.");
    }
}
