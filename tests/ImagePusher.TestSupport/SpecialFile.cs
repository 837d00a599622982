using System.Net.Sockets;
using Xunit;

namespace ImagePusher.TestSupport;

/// <summary>Makes entries that are not regular files. The test is skipped where the system or the user cannot.</summary>
public static class SpecialFile
{
    /// <summary>Replaces an entry.</summary>
    /// <param name="kind">named pipe, socket, character device or block device; "link to a " before one makes a link to it.</param>
    /// <param name="path">The entry.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static async Task MakeAsync(string kind, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(kind);
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such entries in a folder.");
        File.Delete(path);
        if (kind.StartsWith("link to a ", StringComparison.Ordinal))
        {
            var target = path + ".target";
            await MakeAsync(kind["link to a ".Length..], target, cancellationToken).ConfigureAwait(false);
            File.CreateSymbolicLink(path, target);
            return;
        }

        if (kind == "socket")
        {
            // The entry of a bound socket stays when the socket is closed.
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            var name = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            socket.Bind(new UnixDomainSocketEndPoint(name));
            await ExternalTools.RunAsync("ln", [name, path], cancellationToken).ConfigureAwait(false);
            return;
        }

        var made = kind switch
        {
            "named pipe" => await ExternalTools.RunAsync("mkfifo", [path], cancellationToken).ConfigureAwait(false),
            "character device" => await MakeDeviceAsync(path, "c", "1", "5", cancellationToken).ConfigureAwait(false),
            "block device" => await MakeDeviceAsync(path, "b", "7", "200", cancellationToken).ConfigureAwait(false),
            _ => throw new ArgumentException($"'{kind}' is not a kind of entry.", nameof(kind)),
        };
        Assert.SkipUnless(made.ExitCode == 0, "Only root can make devices, and not in every container.");
    }

    /// <summary>The kind as messages name it.</summary>
    public static string NameOf(string kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        return kind.Contains("pipe", StringComparison.Ordinal) ? "a named pipe"
            : kind.Contains("socket", StringComparison.Ordinal) ? "a socket"
            : "a device";
    }

    private static Task<ToolResult> MakeDeviceAsync(string path, string type, string major, string minor,
        CancellationToken cancellationToken) =>
        ExternalTools.RunAsync("mknod", [path, type, major, minor], new ToolSettings { AllowFailure = true }, cancellationToken);
}
