using System.Management.Automation;
using ImagePusher.Tests.Fleet;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport;
using ImagePusher.TestSupport.FaultInjection;

namespace ImagePusher.Tests.Output;

/// <summary>One object of each type that the cmdlets write, as the real cmdlets make it, by the type's name.</summary>
public sealed class OutputSamples : IAsyncLifetime
{
    private const string Script = """
        $null = Import-ImageTar $tar
        $plan = Push-CachedImage * -Destination $registry/team/ -PlanOnly
        $manifest = Get-RegistryManifest $fleet
        $plan
        $plan.Blobs[0]
        $manifest
        $manifest.Manifests[0]
        Get-CachedImage
        Test-CachedImage *
        Get-ImageCache
        Optimize-ImageCache
        Push-CachedImage * -Destination $registry/team/
        Get-ImageTar $tar
        Test-ImageTar $tar
        Get-RegistryInventory $registry
        Start-LocalRegistry -Port 0
        Connect-Registry $registry
        Get-RegistryOption $registry
        Get-RegistryRateLimit $signed
        (Get-RegistryReferrer $signed)[0]
        Get-RegistryRepository $registry
        Get-RegistryTag $registry/team/app
        (Get-ImageFile -Path $configured)[0]
        (Compare-Image (Get-ImageTar $tar) $configured)[0]
        $attached = Get-RegistryReferrer $attested | Get-ReferrerContent | Sort-Object { $_.GetType().Name }
        $attached
        $config = Get-ImageConfig -Path $configured
        $config
        $config.History[0]
        $config.HealthCheck
        Get-CachedImage | Add-ImageSignature -PrivateKey ([System.Security.Cryptography.ECDsa]::Create().ExportPkcs8PrivateKeyPem())
        $file = Join-Path ([IO.Path]::GetTempPath()) "$(New-Guid).yml"
        [IO.File]::WriteAllText($file, "${registry}: {images: {team/app: []}}")
        (Get-SyncPlan $file $registry/mirror/)[0]
        (Sync-RegistryImage $file $registry/mirror/)[0]
        [IO.File]::Delete($file)
        $candidate = @{}
        $null = Copy-RegistryImage $fleet $registry/candidate/ -Platform linux/amd64 -PlanOnly -Require {
            $candidate.One = $_
            $null = $_.Config, $_.Referrers
            $true
        }
        $candidate.One
        Find-ImageReference $list
        Find-ImageReference $list | Resolve-ImageDigest
        Set-ImageReference $list -Mirror mirror.example/hub/
        (Send-ImageToEngine * -EngineHost $engine)[0]
        """;

    private readonly SmallImages _images = new();
    private readonly TemporaryFolder _folder = new();
    private readonly List<IAsyncDisposable> _servers = [];

    internal Engine Engine { get; private set; } = null!;

    /// <summary>The types, from the built assembly: whatever is public there and no helper of the views.</summary>
    internal IReadOnlyList<Type> Types { get; private set; } = [];

    internal IReadOnlyDictionary<string, PSObject> Objects { get; private set; } = new Dictionary<string, PSObject>();

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var token = TestContext.Current.CancellationToken;
        var deserialized = new Dictionary<string, PSObject>();
        var registry = await DockerRegistry.StartAsync(token);
        var signed = await SignedImage.StartAsync(token);
        var fleet = await FleetSource.StartAsync(10, token);
        var limited = FaultProxy.Start(signed.Registry.Address);
        limited.On("HEAD").SetResponseHeader("ratelimit-limit", "100;w=21600").SetResponseHeader("ratelimit-remaining", "76;w=21600");
        var engine = FakeEngine.Start();
        var list = Path.Combine(_folder.FullName, "images.txt");
        await File.WriteAllTextAsync(list, $"{fleet.Registry.Address}/{fleet.Fleet.Images.Last().Key}\n", token);
        _servers.AddRange([engine, limited, fleet, signed, registry]);
        Engine = new Engine
        {
            ["tar"] = _images.Write("app"),
            ["attested"] = AttestedImage.Add(signed.Storage, signed.Registry.Address),
            ["configured"] = ConfiguredImage.Write(_folder["configured"]),
            ["engine"] = engine.Address,
            ["list"] = list,
            ["registry"] = registry.Address,
            ["signed"] = $"{limited.Address}/team/app:1.0",
            ["fleet"] = $"{fleet.Registry.Address}/{fleet.Fleet.Images.Last().Key}",
        };
        var output = await Engine.OutputAsync(Script, token);
        Objects = output.ToDictionary(item => item.BaseObject.GetType().Name);
        Types = [.. output[0].BaseObject.GetType().Assembly.GetExportedTypes()
            .Where(type => type is { Namespace: "ImagePusher.Output", IsAbstract: false, IsGenericType: false })];
        foreach (var (type, item) in Objects)
        {
            // In the engine, which applies the type extensions of the module.
            Engine["item"] = item;
            var copy = await Engine.OutputAsync(
                "[System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($item))",
                token);
            deserialized[type] = Assert.Single(copy);
        }

        Deserialized = deserialized;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Engine.RunAsync("Get-LocalRegistry | Stop-LocalRegistry", CancellationToken.None);
        Engine.Dispose();
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        _images.Dispose();
        _folder.Dispose();
    }

    /// <summary>The objects as they come back from Clixml, a job or a remote session.</summary>
    internal IReadOnlyDictionary<string, PSObject> Deserialized { get; private set; } = new Dictionary<string, PSObject>();

    /// <summary>An object deserialized from JSON: properties without type names.</summary>
    internal static PSObject FromJson(PSObject item)
    {
        var text = System.Text.Json.JsonSerializer.Serialize(item.BaseObject, item.BaseObject.GetType());
        var copy = new PSObject();
        foreach (var property in System.Text.Json.JsonDocument.Parse(text).RootElement.EnumerateObject())
        {
            copy.Properties.Add(new PSNoteProperty(property.Name, Value(property.Value)));
        }

        return copy;
    }

    private static object? Value(System.Text.Json.JsonElement element) => element.ValueKind switch
    {
        System.Text.Json.JsonValueKind.String => element.GetString(),
        System.Text.Json.JsonValueKind.Number => element.GetInt64(),
        System.Text.Json.JsonValueKind.True => true,
        System.Text.Json.JsonValueKind.False => false,
        System.Text.Json.JsonValueKind.Array => element.EnumerateArray().Select(Value).ToArray(),
        System.Text.Json.JsonValueKind.Object => new PSObject(),
        _ => null,
    };
}
