using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImagePusher.TestSupport;

namespace ImagePusher.Tests.Support;

/// <summary>An OCI layout of one image whose config has every field that the specification has.</summary>
internal static class ConfiguredImage
{
    private const string Config = """
        {"created":"2026-02-03T04:05:06.123456789Z","author":"me <me@example.com>","architecture":"arm64","variant":"v8","os":"linux",
         "config":{"User":"1000:100","ExposedPorts":{"8080/tcp":{},"53/udp":{}},
           "Env":["PATH=/usr/bin:/bin","path=lower","EMPTY=","NONE","A=b=c"],
          "Entrypoint":["/bin/app","--flag"],"Cmd":["serve","two words"],"Volumes":{"/data":{}},"WorkingDir":"/srv",
          "Labels":{"z":"1","a":"\u001b[31mred"},"StopSignal":"SIGINT",
          "Healthcheck":{"Test":["CMD-SHELL","true"],"Interval":30000000000,"Timeout":1500000000,
             "StartPeriod":5000000000,"StartInterval":250000000,"Retries":3}},
         "rootfs":{"type":"layers","diff_ids":["$layer"]},
         "history":[{"created":"2026-02-03T04:05:06Z","created_by":"COPY app /bin","comment":"buildkit","author":"me"},
          {"created_by":"ENV A=b=c","empty_layer":true}]}
        """;

    /// <summary>The layer of the image.</summary>
    public static byte[] Layer { get; } = LayerTar.Of("bin/app", "program");

    /// <summary>The text of the config.</summary>
    public static string ConfigText { get; } = Config.Replace("$layer", Http.DigestOf(Layer), StringComparison.Ordinal);

    /// <summary>Writes the layout and returns its path.</summary>
    public static string Write(string folder, string? config = null, params byte[][] layers)
    {
        Directory.CreateDirectory(Path.Combine(folder, "blobs", "sha256"));
        File.WriteAllText(Path.Combine(folder, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = TestImage.ManifestType,
            ["config"] = Add(folder, "application/vnd.oci.image.config.v1+json", Encoding.UTF8.GetBytes(config ?? ConfigText)),
            ["layers"] = new JsonArray(
                [.. (layers.Length > 0 ? layers : [Layer]).Select(layer => Add(folder, "application/vnd.oci.image.layer.v1.tar", layer))]),
        };
        var entry = Add(folder, TestImage.ManifestType, JsonSerializer.SerializeToUtf8Bytes(manifest));
        entry["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = "example.com/configured:1" };
        var index = new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(entry) };
        File.WriteAllText(Path.Combine(folder, "index.json"), index.ToJsonString());
        return folder;
    }

    private static JsonObject Add(string folder, string type, byte[] content)
    {
        var digest = Http.DigestOf(content);
        File.WriteAllBytes(Path.Combine(folder, "blobs", "sha256", digest.Split(':')[1]), content);
        return new JsonObject { ["mediaType"] = type, ["digest"] = digest, ["size"] = content.Length };
    }
}
