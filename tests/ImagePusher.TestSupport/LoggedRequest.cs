using System.Globalization;
using System.Text.RegularExpressions;

namespace ImagePusher.TestSupport;

/// <summary>A request in the access log of a server.</summary>
/// <param name="Method">GET, HEAD, POST, PATCH, PUT or DELETE.</param>
/// <param name="Target">Path and query, as asked for.</param>
/// <param name="Status">The status of the response.</param>
public sealed partial record LoggedRequest(string Method, string Target, int Status)
{
    /// <summary>The target without its query.</summary>
    public string Path => Target.Split('?')[0];

    /// <summary>Whether it is of this method and its target matches this regular expression.</summary>
    public bool Is(string method, string target = "") => Method == method && Regex.IsMatch(Target, target);

    /// <summary>Reads a line of a common or combined log; null if it is something else.</summary>
    internal static LoggedRequest? FromCombinedLog(string line) => CombinedLog().Match(line) is { Success: true } match
        ? new LoggedRequest(match.Groups[1].Value, match.Groups[2].Value,
            int.Parse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture))
        : null;

    [GeneratedRegex("""^\S+ - \S+ \[[^\]]+\] "([A-Z]+) (\S+) HTTP/[0-9.]+" (\d{3}) """)]
    private static partial Regex CombinedLog();
}
