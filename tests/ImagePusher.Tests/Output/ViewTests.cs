using System.Management.Automation;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Output;

/// <summary>How objects look: each type has a table and a list, also when it comes back from Clixml or a job.</summary>
public sealed class ViewTests(OutputSamples every) : IClassFixture<OutputSamples>
{
    private static readonly XDocument Views = XDocument.Load(Path.Combine(Repository.ModuleFolder, "ImagePusher.Format.ps1xml"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_type_has_a_table_and_a_list_also_when_deserialized()
    {
        Assert.NotEmpty(every.Types);
        foreach (var name in every.Types.SelectMany(type => new[] { type.FullName!, $"Deserialized.{type.FullName}" }))
        {
            foreach (var control in new[] { "TableControl", "ListControl" })
            {
                Assert.True(Views.Descendants("View").Count(view => view.Element(control) is not null && Selects(view, name)) == 1,
                    $"{name} has no {control} or several.");
            }
        }
    }

    [Fact]
    public void Lists_show_every_property_and_views_use_existing_properties_only()
    {
        foreach (var type in every.Types)
        {
            var properties = Shown(type).Order(StringComparer.Ordinal);
            var views = Views.Descendants("View").Where(view => Selects(view, type.FullName!)).ToList();
            Assert.Equal(properties,
                views.Elements("ListControl").Descendants("ListItem")
                    .Select(item => (item.Element("PropertyName") ?? item.Element("Label"))!.Value).Order(StringComparer.Ordinal));
            var used = views.Descendants("PropertyName").Select(name => name.Value)
                .Concat(views.Descendants("ScriptBlock")
                    .SelectMany(script => Regex.Matches(script.Value, @"\$_\.(\w+)").Select(match => match.Groups[1].Value)));
            Assert.All(used, name => Assert.NotNull(type.GetProperty(name)));
        }
    }

    [Fact]
    public async Task Tables_fit_80_columns_and_are_the_same_for_deserialized_objects()
    {
        every.Engine.Host.Width = 80;
        foreach (var (type, item) in every.Objects)
        {
            var live = await ShownAsync(item);
            var lines = live.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.All(lines, line => Assert.True(line.TrimEnd().Length <= 80, $"{type}: {line}"));
            Assert.Contains(lines, line => Regex.IsMatch(line, "^ *-+( +-+)*$"));
            Assert.DoesNotContain("ImagePusher.Output", live, StringComparison.Ordinal);
            Assert.Equal(live, await ShownAsync(every.Deserialized[type]));
        }
    }

    [Theory]
    [InlineData("RegistryTag", "Repository: localhost:*/team/app")]
    [InlineData("RegistryRepositoryInfo", "Registry: localhost:*")]
    [InlineData("RegistryReferrer", "Subject: localhost:*/team/app@sha256:*")]
    [InlineData("ImageTarEntry", "Path: *app.tar")]
    public async Task Lists_from_several_sources_are_grouped_by_source(string type, string heading)
    {
        every.Engine.Host.Width = 200;
        Assert.Matches(Regex.Escape(heading).Replace("\\*", ".*", StringComparison.Ordinal), await ShownAsync(every.Objects[type]));
    }

    [Fact]
    public async Task Every_type_has_existing_default_properties()
    {
        foreach (var item in every.Objects.Values.Concat(every.Deserialized.Values))
        {
            every.Engine["item"] = item;
            var shown = await every.Engine.OutputAsync("$item.PSStandardMembers.DefaultDisplayPropertySet.ReferencedPropertyNames", Token);
            Assert.InRange(shown.Count, 1, 8);
            Assert.All(shown, name => Assert.NotNull(item.Properties[name.ToString()]));
        }
    }

    [Fact]
    public async Task Sizes_and_ages_are_shown_for_people_beside_the_raw_values()
    {
        foreach (var (type, property) in new[] { ("CachedImage", "Size"), ("ImageCacheInfo", "Size"), ("ImagePushResult", "BytesSent"),
            ("ImageCopyPlan", "BytesToSend"), ("ManifestEntry", "Size") })
        {
            foreach (var form in new[] { every.Objects[type], every.Deserialized[type] })
            {
                every.Engine["item"] = form;
                Assert.IsType<long>(form.Properties[property].Value);
                Assert.Matches("^[0-9.]+ [KM]?B$", ((object)await every.Engine.SingleAsync("$item.SizeText", Token)).ToString());
            }
        }

        foreach (var form in new[] { every.Objects["CachedImage"], every.Deserialized["CachedImage"] })
        {
            every.Engine["item"] = form;
            Assert.InRange((TimeSpan)await every.Engine.SingleAsync("$item.Age", Token), TimeSpan.Zero, TimeSpan.FromMinutes(10));
        }
    }

    [Fact]
    public void Nested_objects_of_manifests_and_plans_are_deserialized_completely()
    {
        foreach (var (type, list) in new[] { ("RegistryManifest", "Manifests"), ("ImageCopyPlan", "Blobs") })
        {
            var before = LanguagePrimitives.GetEnumerable(every.Objects[type].Properties[list].Value).Cast<object>()
                .Select(PSObject.AsPSObject).ToList();
            var after = LanguagePrimitives.GetEnumerable(every.Deserialized[type].Properties[list].Value).Cast<object>()
                .Select(PSObject.AsPSObject).ToList();
            Assert.True(before.Count > 1);
            Assert.Equal(before.Select(item => item.Properties["Size"].Value), after.Select(item => item.Properties["Size"].Value));
        }
    }

    [Fact]
    public async Task Format_List_and_Format_Table_of_a_real_pwsh_show_them_all()
    {
        using var shell = new PwshProcess();
        shell.Folder.Write("objects.xml", PSSerializer.Serialize(every.Objects.Values.ToArray(), 4));
        const string Script = """
            Import-Module ImagePusher
            foreach ($item in @(Import-Clixml objects.xml)[0]) {
                "== $($item.PSTypeNames[0])"
                $item | Format-List | Out-String -Width 300
                $item | Format-Table | Out-String -Width 300
            }
            """;
        var result = await shell.RunAsync(["-Command", Script]);
        Assert.Equal("", result.Error);
        var shown = result.Output.Split("== Deserialized.")[1..].ToDictionary(text => text.Split('\n')[0].Trim());
        foreach (var type in every.Types)
        {
            var text = shown[type.FullName!];
            Assert.All(Shown(type), name => Assert.Matches($"(?m)^{name} +:", text));
            Assert.Matches("(?m)^ *-+( +-+)*$", text);
        }
    }

    // Raw contains the bytes of the other properties, FullName equals Path, and Reference includes repository and tag.
    private static IEnumerable<string> Shown(Type type) =>
        type.GetProperties().Select(property => property.Name)
            .Except(type.Name == "CachedImage" ? ["Repository", "Tag"] : ["Raw", "FullName"]);

    private static bool Selects(XElement view, string type) =>
        view.Element("ViewSelectedBy")!.Elements("TypeName").Any(name => name.Value == type);

    private async Task<string> ShownAsync(PSObject item)
    {
        every.Engine["item"] = item;
        var text = (await every.Engine.RunAsync("$item | Out-Host", Token)).WithoutErrors().Text;
        return Regex.Replace(text, "\\x1b\\[[0-9;]*m", "");
    }
}
