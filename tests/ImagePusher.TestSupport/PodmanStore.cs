using System.Text.Json.Nodes;

namespace ImagePusher.TestSupport;

/// <summary>podman with a storage of its own.</summary>
/// <param name="folder">Its folder.</param>
public sealed class PodmanStore(string folder)
{
    private string[] Options =>
        ["--root", Path.Combine(folder, "root"), "--runroot", Path.Combine(folder, "run"), "--storage-driver", "vfs"];

    /// <summary>Loads a tar and gives the names of all images that exist then.</summary>
    public Task<IReadOnlyList<string>> LoadAsync(string tar, CancellationToken cancellationToken) =>
        NamesAfterAsync(["load", "-q", "-i", tar], cancellationToken);

    /// <summary>Pulls from where podman can, such as oci-archive:TAR:NAME, and gives the names of all images that exist then.</summary>
    public Task<IReadOnlyList<string>> PullAsync(string source, CancellationToken cancellationToken) =>
        NamesAfterAsync(["pull", "-q", source], cancellationToken);

    /// <summary>The names of all images.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellationToken)
    {
        var list = await ExternalTools.RunAsync("podman", [.. Options, "images", "--format", "{{.Repository}}:{{.Tag}}"],
            cancellationToken);
        return list.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Starts the docker-compatible API of the storage on a unix socket.</summary>
    public ServerProcess Serve(string socket) =>
        ServerProcess.Start("podman", [.. Options, "system", "service", "--time=0", $"unix://{socket}"]);

    private async Task<IReadOnlyList<string>> NamesAfterAsync(string[] command, CancellationToken cancellationToken)
    {
        // They name files of a test's home that need not exist, which podman pull reports as an error.
        var settings = new ToolSettings
            { Environment = new Dictionary<string, string?> { ["REGISTRY_AUTH_FILE"] = null, ["DOCKER_CONFIG"] = null } };
        await ExternalTools.RunAsync("podman", [.. Options, .. command], settings, cancellationToken);
        return await NamesAsync(cancellationToken);
    }

    /// <summary>The diff IDs of an image's layers.</summary>
    public async Task<IReadOnlyList<string?>> DiffIdsAsync(string name, CancellationToken cancellationToken)
    {
        var image = await ExternalTools.RunAsync("podman", [.. Options, "image", "inspect", name], cancellationToken);
        return [.. JsonNode.Parse(image.Output)![0]!["RootFS"]!["Layers"]!.AsArray().Select(id => (string?)id)];
    }

    /// <summary>Removes all images: podman's files are read-only, also when the folder is deleted.</summary>
    public Task EmptyAsync(CancellationToken cancellationToken) =>
        ExternalTools.RunAsync("podman", [.. Options, "rmi", "--all", "--force"], cancellationToken);
}
