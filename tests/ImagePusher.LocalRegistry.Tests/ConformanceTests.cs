using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImagePusher.Core.Oci;

namespace ImagePusher.LocalRegistry.Tests;

/// <summary>
/// The requests of the OCI conformance suite over manifests, with its expectations, all of its optional requests, and in
/// its order: push, list, HEAD, pull, referrers, delete.
/// </summary>
public sealed class ConformanceTests
{
    private const string Repository = "conformance/repo1";

    public static TheoryData<string> Sets => [.. ConformanceSet.Names];

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task A_set_of_the_conformance_suite_passes(string name)
    {
        await using var registry = await RunningRegistry.StartAsync();
        await RunAsync(registry, ConformanceSet.Make(name));
        Assert.Empty(await registry.Cache.ListAsync(TestContext.Current.CancellationToken));
        Assert.Empty(registry.Log.Warnings);
    }

    [Fact]
    public async Task All_sets_pass_one_after_the_other_in_one_repository()
    {
        await using var registry = await RunningRegistry.StartAsync();
        foreach (var name in ConformanceSet.Names)
        {
            await RunAsync(registry, ConformanceSet.Make(name));
        }
    }

    [Fact]
    public async Task Concurrent_sets_do_not_interfere()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var sets = ConformanceSet.Names.Select(ConformanceSet.Make).ToList();
        foreach (var set in sets)
        {
            await PushAsync(registry, set);
        }

        foreach (var set in sets)
        {
            await PullByDigestAsync(registry, set);
            await ReferrersAsync(registry, set);
        }
    }

    private static async Task RunAsync(RunningRegistry registry, ConformanceSet set)
    {
        await PushAsync(registry, set);
        await ListAsync(registry, set);
        await PullAsync(registry, set);
        await ReferrersAsync(registry, set);
        await DeleteAsync(registry, set);
    }

    private static async Task PushAsync(RunningRegistry registry, ConformanceSet set)
    {
        var form = 0;
        foreach (var (digest, blob) in set.Blobs)
        {
            await PushBlobAsync(registry, digest, blob, form++ % 4);
        }

        var pushed = new HashSet<string>();
        foreach (var (digest, document, bytes) in set.Manifests)
        {
            var tags = set.WithTagParameters ? set.Tags.Where(tag => tag.Value == digest).Select(tag => tag.Key).ToList() : [];
            var query = string.Join('&', tags.Select(tag => $"tag={tag}"));
            var answer = await PutAsync(registry, $"{digest}?{query}", document, bytes, digest);
            Assert.Equal(tags, answer["OCI-Tag"]?.Split(", ") ?? []);
            pushed.UnionWith(tags);
        }

        foreach (var (tag, digest) in set.Tags.Where(tag => !pushed.Contains(tag.Key)))
        {
            var (_, document, bytes) = set.Manifests.Find(manifest => manifest.Digest == digest);
            await PutAsync(registry, tag, document, bytes, digest);
        }
    }

    private static async Task PushBlobAsync(RunningRegistry registry, string digest, byte[] blob, int form)
    {
        if (form == 0)
        {
            (await registry.SendAsync("POST", $"/v2/{Repository}/blobs/uploads/?digest={Uri.EscapeDataString(digest)}", blob)).Is(
                HttpStatusCode.Created);
            return;
        }

        var place = await registry.StartUploadAsync(Repository);
        if (form > 1)
        {
            var range = form == 2 ? [] : new[] { ("Content-Range", $"0-{blob.Length - 1}") };
            place = (await registry.SendAsync("PATCH", place, blob, range)).Is(HttpStatusCode.Accepted)["Location"]!;
        }

        var done = (await registry.SendAsync("PUT", $"{place}?digest={Uri.EscapeDataString(digest)}", form == 1 ? blob : [])).Is(
            HttpStatusCode.Created);
        Assert.Equal(digest, done["Docker-Content-Digest"]);
        Assert.Equal(blob, (await registry.GetAsync(done["Location"]!)).Is(HttpStatusCode.OK).Body);
    }

    private static async Task<Answer> PutAsync(RunningRegistry registry, string reference, JsonObject document, byte[] bytes, string digest)
    {
        var answer = (await registry.PutManifestAsync(reference, bytes, document["mediaType"]!.GetValue<string>(), Repository)).Is(
            HttpStatusCode.Created);
        Assert.Equal(digest, answer["Docker-Content-Digest"]);
        Assert.Equal(document["subject"]?["digest"]?.GetValue<string>(), answer["OCI-Subject"]);
        await IsAsync(registry, "GET", answer["Location"]!, document, bytes, digest);
        return answer;
    }

    private static async Task ListAsync(RunningRegistry registry, ConformanceSet set)
    {
        var answer = await registry.GetAsync($"/v2/{Repository}/tags/list");
        var tags = answer.Is(HttpStatusCode.OK).Json.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!).ToList();
        Assert.Subset(tags.ToHashSet(), set.Tags.Keys.ToHashSet());
        if (tags.Count >= 2)
        {
            var rest = await registry.GetAsync($"/v2/{Repository}/tags/list?last={tags[(tags.Count / 2) - 1]}");
            Assert.Equal(tags[(tags.Count / 2)..], rest.Json.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!));
        }
    }

    private static async Task PullAsync(RunningRegistry registry, ConformanceSet set)
    {
        foreach (var (tag, digest) in set.Tags)
        {
            var (_, document, bytes) = set.Manifests.Find(manifest => manifest.Digest == digest);
            await IsAsync(registry, "HEAD", $"/v2/{Repository}/manifests/{tag}", document, bytes, digest);
            await IsAsync(registry, "GET", $"/v2/{Repository}/manifests/{tag}", document, bytes, digest);
        }

        await PullByDigestAsync(registry, set);
    }

    private static async Task PullByDigestAsync(RunningRegistry registry, ConformanceSet set)
    {
        foreach (var (digest, document, bytes) in set.Manifests)
        {
            await IsAsync(registry, "HEAD", $"/v2/{Repository}/manifests/{digest}", document, bytes, digest);
            await IsAsync(registry, "GET", $"/v2/{Repository}/manifests/{digest}", document, bytes, digest);
        }

        foreach (var (digest, blob) in set.Blobs)
        {
            Assert.Equal($"{blob.Length}",
                (await registry.SendAsync("HEAD", $"/v2/{Repository}/blobs/{digest}")).Is(HttpStatusCode.OK)["Content-Length"]);
            Assert.Equal(blob, (await registry.GetAsync($"/v2/{Repository}/blobs/{digest}")).Is(HttpStatusCode.OK).Body);
        }
    }

    private static async Task IsAsync(RunningRegistry registry, string method, string path, JsonObject document, byte[] bytes,
        string digest)
    {
        var answer = (await registry.SendAsync(method, path, null, ("Accept", MediaTypes.OciIndex), ("Accept", MediaTypes.OciManifest))).Is(
            HttpStatusCode.OK);
        Assert.Equal(method == "GET" ? bytes : [], answer.Body);
        Assert.Equal((document["mediaType"]!.GetValue<string>(), $"{bytes.Length}", digest),
            (answer["Content-Type"], answer["Content-Length"], answer["Docker-Content-Digest"]));
    }

    private static async Task ReferrersAsync(RunningRegistry registry, ConformanceSet set)
    {
        foreach (var subject in set.Manifests.Where(manifest => manifest.Document["subject"] is not null)
            .GroupBy(manifest => manifest.Document["subject"]!["digest"]!.GetValue<string>()))
        {
            var all = await ListReferrersAsync(registry, subject.Key, "");
            Assert.Equal(subject.Select(referrer => referrer.Digest).Order(StringComparer.Ordinal), all.Keys.Order(StringComparer.Ordinal));
            foreach (var (digest, document, bytes) in subject)
            {
                Assert.Equal(bytes.Length, all[digest].GetProperty("size").GetInt32());
                Assert.Equal(document["annotations"]?.ToJsonString(),
                    all[digest].TryGetProperty("annotations", out var annotations) ? Sorted(annotations, document) : null);
            }

            foreach (var type in subject.GroupBy(TypeOf))
            {
                var found = await ListReferrersAsync(registry, subject.Key, $"?artifactType={Uri.EscapeDataString(type.Key)}");
                Assert.Equal(type.Select(referrer => referrer.Digest).Order(StringComparer.Ordinal),
                    found.Keys.Order(StringComparer.Ordinal));
                Assert.All(found.Values, entry => Assert.Equal(type.Key, entry.GetProperty("artifactType").GetString()));
            }
        }
    }

    private static string TypeOf((string Digest, JsonObject Document, byte[] Bytes) referrer) =>
        (referrer.Document["artifactType"] ?? referrer.Document["config"]!["mediaType"])!.GetValue<string>();

    // The registry sorts annotations; the set has them in its own order.
    private static string Sorted(JsonElement annotations, JsonObject document) => new JsonObject(
        document["annotations"]!.AsObject()
            .Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)annotations.GetProperty(pair.Key).GetString()))).ToJsonString();

    private static async Task<Dictionary<string, JsonElement>> ListReferrersAsync(RunningRegistry registry, string subject, string query)
    {
        var answer = (await registry.GetAsync($"/v2/{Repository}/referrers/{subject}{query}")).Is(HttpStatusCode.OK);
        Assert.Equal(MediaTypes.OciIndex, answer["Content-Type"]);
        Assert.Equal(query.Length > 0 ? "artifactType" : null, answer["OCI-Filters-Applied"]);
        return answer.Json.GetProperty("manifests").EnumerateArray().ToDictionary(entry => entry.GetProperty("digest").GetString()!);
    }

    private static async Task DeleteAsync(RunningRegistry registry, ConformanceSet set)
    {
        foreach (var tag in set.Tags.Keys)
        {
            (await registry.SendAsync("DELETE", $"/v2/{Repository}/manifests/{tag}")).Is(HttpStatusCode.Accepted);
            (await registry.SendAsync("HEAD", $"/v2/{Repository}/manifests/{tag}")).Is(HttpStatusCode.NotFound);
        }

        foreach (var (digest, _, _) in Enumerable.Reverse(set.Manifests))
        {
            Assert.Contains((await registry.SendAsync("DELETE", $"/v2/{Repository}/manifests/{digest}")).Status,
                new[] { HttpStatusCode.Accepted, HttpStatusCode.NotFound });
            (await registry.SendAsync("HEAD", $"/v2/{Repository}/manifests/{digest}")).Is(HttpStatusCode.NotFound);
        }

        foreach (var digest in set.Blobs.Keys)
        {
            (await registry.SendAsync("DELETE", $"/v2/{Repository}/blobs/{digest}")).Is(HttpStatusCode.Accepted);
            (await registry.SendAsync("HEAD", $"/v2/{Repository}/blobs/{digest}")).Is(HttpStatusCode.NotFound);
        }
    }
}
