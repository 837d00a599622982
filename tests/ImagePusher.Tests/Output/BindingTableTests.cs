using System.Management.Automation;

namespace ImagePusher.Tests.Output;

/// <summary>
/// Every output type with every cmdlet that accepts it: the properties that bind to each parameter, according to the binder of the engine,
/// for the object itself and for its form after Clixml, jobs, remote sessions and JSON.
/// </summary>
public sealed class BindingTableTests(OutputSamples every) : IClassFixture<OutputSamples>
{
    private const string OfReferences =
        "Get-RegistryManifest Save-ImageToCache Copy-RegistryImage Remove-RegistryImage Get-RegistryReferrer Get-RegistryRateLimit "
            + "Get-RegistryTag Resolve-ImageDigest Export-ImageLock Get-ImageConfig Get-ImageFile Save-ImageFile Get-ReferrerContent "
            + "Test-ImageSignature Add-ImageSignature";

    private const string OfCachedImages =
        "Get-CachedImage Push-CachedImage Export-ImageTar Test-CachedImage Repair-CachedImage Remove-CachedImage Send-ImageToEngine";

    private const string OfCaches = "Get-ImageCache Set-ImageCache Clear-ImageCache Optimize-ImageCache Start-LocalRegistry";

    private const string OfRegistries =
        "Connect-Registry Disconnect-Registry Get-RegistryConnection Get-RegistryOption Set-RegistryOption Get-RegistryRepository "
            + "Get-RegistryInventory Get-LocalRegistry Stop-LocalRegistry";

    // The type, its property, the parameter, the cmdlets.
    private static readonly (string Type, string Property, string Parameter, string Cmdlets)[] Table =
    [
        ("CachedImage", "Reference", "Reference", $"{OfReferences} {OfCachedImages}"),
        ("CachedImage", "CachePath", "CachePath",
            $"{OfCachedImages} Save-ImageToCache Get-ImageConfig Get-ImageFile Save-ImageFile Test-ImageSignature Add-ImageSignature"),
        ("CachedImage", "CachePath", "CachePath", OfCaches),
        ("CachedImage", "Digest", "Digest", "Push-CachedImage Get-ImageConfig Get-ImageFile Save-ImageFile Test-ImageSignature"),
        ("CachedImageTest", "Reference", "Reference", $"{OfReferences} {OfCachedImages}"),
        ("CachedImageTest", "CachePath", "CachePath", OfCachedImages),
        ("CachedImageTest", "Digest", "Digest", "Push-CachedImage"),
        ("ImageCacheInfo", "CachePath", "CachePath", OfCaches),
        ("ImageCacheCleanup", "CachePath", "CachePath", OfCaches),
        ("ImageCandidate", "Reference", "Reference", OfReferences),
        ("ImageConfigInfo", "Reference", "Reference", $"{OfReferences} {OfCachedImages}"),
        ("ImageFileInfo", "Reference", "Reference", OfReferences),
        ("ImagePackage", "Reference", "Reference", OfReferences),
        ("ImageAttestation", "Reference", "Reference", OfReferences),
        ("ImageCopyPlan", "Reference", "Reference", $"{OfReferences} {OfCachedImages}"),
        ("ImageSignatureInfo", "Reference", "Reference", OfReferences),
        ("ImagePushResult", "Reference", "Reference", $"{OfReferences} {OfCachedImages}"),
        ("ImageTarEntry", "Path", "LiteralPath",
            "Get-SyncPlan Get-ImageConfig Get-ImageFile Save-ImageFile Get-ImageTar Import-ImageTar Push-ImageTar Test-ImageSignature"),
        ("ImageTarEntry", "Image", "Image",
            "Get-ImageConfig Get-ImageFile Save-ImageFile Get-ImageTar Import-ImageTar Push-ImageTar Test-ImageSignature"),
        ("ImageTarEntry", "Reference", "Reference", $"{OfReferences} {OfCachedImages}"),
        ("ImageTarTest", "Path", "LiteralPath", "Get-ImageTar Import-ImageTar Push-ImageTar Test-ImageTar"),
        ("LocalRegistryInfo", "Registry", "Registry", OfRegistries),
        ("LocalRegistryInfo", "CachePath", "CachePath", OfCaches),
        ("ManifestEntry", "Reference", "Reference", OfReferences),
        ("RegistryConnection", "Registry", "Registry", OfRegistries),
        ("RegistryManifest", "Reference", "Reference", $"{OfReferences} {OfCachedImages}"),
        ("RegistryOption", "Registry", "Registry", OfRegistries),
        ("RegistryInventoryEntry", "Reference", "Reference", OfReferences),
        ("RegistryRateLimit", "Registry", "Registry", OfRegistries),
        ("RegistryReferrer", "Reference", "Reference", OfReferences),
        ("RegistryRepositoryInfo", "Repository", "Reference", "Get-RegistryTag"),
        ("RegistryRepositoryInfo", "Registry", "Registry", OfRegistries),
        ("RegistryTag", "Reference", "Reference", $"{OfReferences} {OfCachedImages}"),
        ("RegistryTag", "Registry", "Registry", OfRegistries),
        ("SyncPlanItem", "Reference", "Reference", $"{OfReferences} {OfCachedImages}"),
        ("SyncResult", "Reference", "Reference", $"{OfReferences} {OfCachedImages}"),
        ("EngineImage", "Reference", "Reference", $"{OfReferences} {OfCachedImages}"),
        ("ImageReferenceMatch", "Reference", "Reference", $"{OfReferences} {OfCachedImages}"),
        ("ImageReferenceMatch", "Path", "LiteralPath", "Find-ImageReference Set-ImageReference"),
        ("ImageReferenceMatch", "Line", "Line", "Set-ImageReference Resolve-ImageDigest"),
        ("ImageReferenceMatch", "Column", "Column", "Set-ImageReference Resolve-ImageDigest"),
        ("ImageReferenceMatch", "Text", "Text", "Resolve-ImageDigest Export-ImageLock"),
        ("ImageReferenceDigest", "Reference", "Reference", $"{OfReferences} {OfCachedImages}"),
        ("ImageReferenceDigest", "PinnedReference", "PinnedReference", "Export-ImageLock"),
        ("ImageReferenceDigest", "Path", "LiteralPath", "Set-ImageReference"),
        ("ImageReferenceChange", "Reference", "Reference", $"{OfReferences} {OfCachedImages}"),
    ];

    private static readonly string[] Parts = ["ImageCopyPlanBlob", "ImageDifferenceInfo", "ImageHealthCheck", "ImageHistoryEntry"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_object_binds_to_every_later_cmdlet_also_after_Clixml_and_JSON()
    {
        await MakeProbesAsync();
        var wrong = new List<string>();
        foreach (var (type, property, parameter, cmdlets) in Table)
        {
            var live = every.Objects[type];
            var expected = live.Properties[property].Value?.ToString();
            Assert.False(string.IsNullOrEmpty(expected), $"{type}.{property} is empty.");
            foreach (var cmdlet in cmdlets.Split(' '))
            {
                foreach (var (form, item) in new[] { ("live", live), ("Clixml", every.Deserialized[type]),
                    ("JSON", OutputSamples.FromJson(live)) })
                {
                    var bound = await BoundAsync(cmdlet, parameter, item);
                    if (bound != expected)
                    {
                        wrong.Add($"{form} {type}.{property} | {cmdlet} -{parameter}: {bound}");
                    }
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task The_table_has_every_type_and_every_cmdlet_that_accepts_one()
    {
        Assert.Equal(every.Types.Select(type => type.Name).Order(StringComparer.Ordinal), every.Objects.Keys.Order(StringComparer.Ordinal));

        // No cmdlet takes a part of another object as input.
        Assert.Equal(every.Types.Select(type => type.Name).Except(Parts).Order(StringComparer.Ordinal),
            Table.Select(row => row.Type).Distinct().Order(StringComparer.Ordinal));
        var takers = await every.Engine.OutputAsync(
            """
            foreach ($cmdlet in Get-Command -Module ImagePusher -CommandType Cmdlet) {
                foreach ($parameter in $cmdlet.Parameters.Values) {
                    if ($parameter.Attributes.Where({ $_.ValueFromPipelineByPropertyName })) { $cmdlet.Name; break }
                }
            }
            """,
            Token);
        Assert.Equal(takers.Select(name => name.ToString()).Order(StringComparer.Ordinal),
            Table.SelectMany(row => row.Cmdlets.Split(' ')).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_text_of_an_object_can_be_used_as_a_parameter()
    {
        foreach (var (type, item) in every.Objects)
        {
            // Get-CachedImage -Digest accepts a digest; everything else is a row of the table.
            var pasted = type is "ImageCopyPlanBlob" or "ManifestEntry" ? ["Digest"]
                : type is "ImageHealthCheck" or "ImageHistoryEntry" or "ImageFileInfo" or "ImageDifferenceInfo" or "ImagePackage"
                    or "ImageAttestation" ? item.Properties.Select(property => property.Name)
                        : Table.Where(row => row.Type == type).Select(row => row.Property);
            Assert.Contains(item.ToString(), pasted.Select(property => item.Properties[property].Value?.ToString()));
            Assert.Equal(item.ToString(), every.Deserialized[type].ToString());
        }
    }

    [Fact]
    public void Objects_are_sealed_and_have_no_setter_and_plain_values_where_they_bind()
    {
        foreach (var type in every.Types)
        {
            Assert.True(type.IsSealed, type.Name);
            foreach (var property in type.GetProperties())
            {
                var isInit = property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers()
                    .Contains(typeof(System.Runtime.CompilerServices.IsExternalInit)) ?? true;
                Assert.True(isInit, $"{type.Name}.{property.Name} can be set.");
            }
        }

        Type[] plain = [typeof(string), typeof(long), typeof(bool), typeof(DateTimeOffset)];
        foreach (var (type, property, _, _) in Table)
        {
            Assert.Contains(every.Types.Single(other => other.Name == type).GetProperty(property)!.PropertyType, plain);
        }
    }

    // A function with the parameters of a cmdlet that writes the values bound by the engine.
    private async Task MakeProbesAsync() => await every.Engine.OutputAsync(
        """
        foreach ($cmdlet in Get-Command -Module ImagePusher -CommandType Cmdlet) {
            $data = [System.Management.Automation.CommandMetadata]::new($cmdlet)
            $data.SupportsShouldProcess = $false
            $block = [System.Management.Automation.ProxyCommand]::GetCmdletBindingAttribute($data) +
                'param(' + [System.Management.Automation.ProxyCommand]::GetParamBlock($data) + ') process { $PSBoundParameters }'
            $null = $ExecutionContext.InvokeProvider.Item.Set(
                "function:global:Probe-$($cmdlet.Noun)$($cmdlet.Verb)", [scriptblock]::Create($block))
        }
        """,
        Token);

    private async Task<string?> BoundAsync(string cmdlet, string parameter, PSObject item)
    {
        every.Engine["item"] = item;
        var (verb, noun) = (cmdlet.Split('-')[0], cmdlet.Split('-')[1]);
        var more = cmdlet is "Push-CachedImage" or "Push-ImageTar" or "Copy-RegistryImage" ? " -Destination localhost"
            : cmdlet is "Export-ImageTar" or "Export-ImageLock" or "Save-ImageFile" ? " -Path x.tar"
                : cmdlet is "Add-ImageSignature" ? " -PrivateKey x.pem" : "";
        var outcome = await every.Engine.RunAsync($"$item | Probe-{noun}{verb}{more}", Token);
        return outcome.AllErrors.Count > 0
            ? outcome.AllErrors[0].ToString()
            : LanguagePrimitives.ConvertTo<string>(((IDictionary<string, object>)Assert.Single(outcome.Output).BaseObject)[parameter]);
    }
}
