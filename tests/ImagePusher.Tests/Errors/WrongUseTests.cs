using System.Management.Automation;
using System.Text.RegularExpressions;
using ImagePusher.Tests.Module;
using ImagePusher.Tests.Support;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace ImagePusher.Tests.Errors;

/// <summary>What can be written wrong, parameter by parameter: refused before anything is done, with the rule, the text that broke it, and no word of .NET.</summary>
public sealed partial class WrongUseTests : IDisposable
{
    private const string Validation = "ParameterArgumentValidationError";
    private const string Conversion = "CannotConvertArgumentNoMessage";

    // What is run, the id of its one error, its target, and the words that say the rule.
    private static readonly (string Script, string Id, string? Target, string Rule)[] Table =
    [
        ("Push-CachedImage * -Destination localhost:1 -ThrottleLimit 0", Validation, null, "'ThrottleLimit'. 0 is too small: give how many blobs may be on their way at once, from 1 to 64."),
        ("Push-ImageTar $tar -Destination localhost:1 -ThrottleLimit 65", Validation, null, "65 is too large: give how many blobs may be on their way at once, from 1 to 64."),
        ("Save-ImageToCache x -MaximumRetryCount -1", Validation, null, "-1 is too small: give how often a failed request is repeated, from 0 to 100."),
        ("Save-ImageToCache x -RetryIntervalSec 3601", Validation, null, "3601 is too large: give the seconds before the first repetition, from 0 to 3600."),
        ("Set-RegistryOption -ChunkSize 5", Validation, null, "5 is too small: give the bytes of a chunk, from 65536 to 1073741824."),
        ("Set-RegistryOption -ThrottleLimit 0", Validation, null, "from 1 to 64"),
        ("Set-RegistryOption -ConnectTimeoutSec 0", Validation, null, "give the seconds that a connection may take to come about, from 1 to 3600."),
        ("Set-RegistryOption -IdleTimeoutSec 0", Validation, null, "give the seconds without a byte after which a connection is given up, from 1 to 86400."),
        ("Start-LocalRegistry -Port 65536", Validation, null, "65536 is too large: give the port, 0 for any that is free, from 0 to 65535."),
        ("Optimize-ImageCache -GracePeriod '-1:00'", Validation, null, "-01:00:00 is too small: give how old an unused blob must be, in seconds, from 0"),
        ("Import-ImageTar $tar -CompressionLevel 0", Validation, null, "give the level of gzip (1 to 9) or of zstd (1 to 19)"),
        ("Import-ImageTar $tar -CompressionLevel 10", "InvalidReference", "10", "Gzip has no compression level 10. Give a -CompressionLevel from 1 to 9."),
        ("Import-ImageTar $tar -Compression lzma", Conversion, null, "Auto, None, Gzip, Zstd"),
        ("Import-ImageTar $tar -ManifestFormat v1", Conversion, null, "Oci, Docker"),
        ("Export-ImageTar * x.tar -Format zip", Conversion, null, "Oci, Docker"),
        ("Set-RegistryOption -UploadForm fast", Conversion, null, "Auto, Stream, Whole, Chunked"),
        ("Import-ImageTar $tar -Platform linux/amd64, linux", "InvalidReference", "linux", "Write os/architecture or os/architecture/variant, such as linux/amd64 or linux/arm/v7."),
        ("Save-ImageToCache x -Platform ','", "InvalidReference", ",", "Write os/architecture"),
        ("Copy-RegistryImage x localhost:1 -Platform a/b/c/d", "InvalidReference", "a/b/c/d", "Write os/architecture"),
        ("Get-RegistryManifest x -Platform linux", "InvalidReference", "linux", "Write os/architecture"),
        ("'a' | Select-ImageShard 11/10", "InvalidReference", "11/10", "Write number/count, such as 3/10 for the third of ten; the first is 1/10."),
        ("'a' | Select-ImageShard 0/10", "InvalidReference", "0/10", "Write number/count"),
        ("Get-RegistryTag x -Version newest", "InvalidReference", "newest", "Write bounds with spaces between, such as '>=1.20 <2'"),
        ("Get-RegistryTag x -Filter 1.*, '['", "InvalidReference", "[", "Close the bracket"),
        ("Get-RegistryRepository localhost:1 -Filter '['", "InvalidReference", "[", "Close the bracket"),
        ("Get-CachedImage '['", "InvalidReference", "[", "Close the bracket"),
        ("Push-CachedImage '[' -Destination localhost:1", "InvalidReference", "[", "Close the bracket"),
        ("Test-CachedImage '[' -Quiet", "InvalidReference", "[", "Close the bracket"),
        ("Remove-CachedImage '['", "InvalidReference", "[", "Close the bracket"),
        ("Export-ImageTar '[' x.tar", "InvalidReference", "[", "Close the bracket"),
        ("Get-LocalRegistry '['", "InvalidReference", "[", "Close the bracket"),
        ("Get-RegistryConnection '['", "InvalidReference", "[", "Close the bracket"),
        ("Import-ImageTar '['", "InvalidReference", "[", "Close the bracket"),
        ("Get-CachedImage -Digest sha256:12", "InvalidReference", "sha256:12", "Write sha256: and 64 lower-case hex digits"),
        ("Push-CachedImage * -Digest latest -Destination localhost:1", "InvalidReference", "latest", "Write sha256: and 64 lower-case hex digits"),
        ("Save-ImageToCache 'A B'", "InvalidReference", "A B", "Write [registry/]repository[:tag][@digest]"),
        ("Import-ImageTar $tar -Reference team/", "InvalidReference", "$tar", "For Docker Hub write docker.io/team/."),
        ("Connect-Registry team/app", "InvalidReference", "team/app", "Write host[:port], such as ghcr.io or localhost:5000."),
        ("Set-RegistryOption 'a b' -ThrottleLimit 1", "InvalidReference", "a b", "Write host[:port]"),
        ("Set-RegistryOption localhost:1 -Mirror a.example.com, 'no mirror'", "InvalidReference", "no mirror", "Write host[:port] or host[:port]/prefix"),
        ("Set-RegistryOption localhost:1 -Mirror ''", "InvalidReference", "", "Write host[:port] or host[:port]/prefix"),
        ("Set-RegistryOption localhost:1 -PathPrefix ../up", "InvalidReference", "../up", "Write lower-case parts with '/' between"),
        ("Set-ImageCache nodrive:/x", "InvalidReference", "nodrive:/x", "Give a path of the file system"),
        ("Set-ImageCache Env:/x", "InvalidReference", "Env:/x", "but of Environment. Give a path of the file system"),
        ("Get-ImageCache Variable:x", "InvalidReference", "Variable:x", "Give a path of the file system"),
        ("Push-CachedImage * -CachePath Env:/x -Destination localhost:1", "InvalidReference", "Env:/x", "Give a path of the file system"),
        ("Start-LocalRegistry -Port 0 -Path Env:/x", "InvalidReference", "Env:/x", "Give a path of the file system"),
        ("Export-ImageTar * Env:/x.tar", "InvalidReference", "Env:/x.tar", "Give a path of the file system"),
        ("Export-ImageTar * \"a`0b\"", "InvalidReference", "a\0b", "Give a path of the file system"),
        ("Connect-Registry localhost:1 -CertificateAuthority Env:/x", "InvalidReference", "localhost:1", "Give a path of the file system"),
        ("Set-ImageCache $tar", "CacheCorrupt", "$tar", "is a file. Choose a folder with Set-ImageCache -Path or IMAGEPUSHER_CACHE."),
        ("Get-CachedImage -CachePath $tar", "CacheCorrupt", "*", "is a file. Choose a folder"),
        ("Start-LocalRegistry -Port 0 -Path $tar", "CacheCorrupt", "$tar", "is a file. Choose a folder"),
        ("Start-LocalRegistry -Port 0 -Listen '*'", "RegistryDenied", "0", "Make it read-only, require a credential, or explicitly allow anonymous writes"),
        ("Start-LocalRegistry -Port $port", "RegistryUnavailable", "$port", "the port is in use. Choose another port, or 0 for any free port."),
        ("Stop-LocalRegistry localhost:1", "RegistryUnreachable", "localhost:1", "See what it serves with Get-LocalRegistry."),
        ("Disconnect-Registry localhost:1", "RegistryUnauthorized", "localhost:1", "See the connections with Get-RegistryConnection."),
        ("Connect-Registry localhost:1 -UserName me -PasswordVariable NOT_SET", "RegistryUnauthorized", "localhost:1", "give its name, not its value, as -PasswordVariable."),
        ("Connect-Registry localhost:$port -PlainHttp:$false", "RegistryUnreachable", "localhost:$port", "does not speak TLS at that port. If the registry speaks plain http, give -PlainHttp."),
        ("Connect-Registry localhost:$port -CertificateAuthority $missing", "RegistryUnreachable", "localhost:$port", "Give a PEM file"),
    ];

    private readonly SmallImages _images = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_wrong_use_is_one_error_that_says_the_rule_and_names_what_broke_it()
    {
        using var engine = new Engine { ["tar"] = _images.Write("app"), ["missing"] = _images["missing.pem"] };
        engine["port"] = (long)(await engine.SingleAsync("$null = Import-ImageTar $tar; Start-LocalRegistry -Port 0", Token)).Port;
        try
        {
            var wrong = new List<string>();
            foreach (var (script, id, target, rule) in Table)
            {
                var outcome = await engine.RunAsync(script, Token);
                if (Problem(engine, outcome, id, target, rule) is { } problem)
                {
                    wrong.Add($"{script}\n    {problem}");
                }
            }

            Assert.True(wrong.Count == 0, string.Join('\n', wrong));
            Assert.Single(await engine.OutputAsync("Get-LocalRegistry", Token));
        }
        finally
        {
            await engine.RunAsync("Get-LocalRegistry | Stop-LocalRegistry", Token);
        }
    }

    [Fact]
    public async Task Every_cmdlet_and_parameter_that_a_message_names_is_there()
    {
        using var engine = new Engine();
        var cmdlets = (await engine.OutputAsync("(Get-Command -Module ImagePusher -CommandType Cmdlet).Name", Token)).Select(name => name.ToString()).ToHashSet();
        var parameters = (await engine.OutputAsync("(Get-Command -Module ImagePusher -CommandType Cmdlet).Parameters.Keys", Token)).Select(name => name.ToString()).ToHashSet();
        var named = new[] { "ImagePusher", "ImagePusher.Core" }.SelectMany(TextsOf).ToList();
        var namedCmdlets = named.SelectMany(text => CmdletName().Matches(text)).Select(match => match.Value).Distinct().ToList();
        var namedParameters = named.SelectMany(text => ParameterName().Matches(text)).Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.Contains("Set-RegistryOption", namedCmdlets);
        Assert.Contains("AllPlatforms", namedParameters);

        // Get-Error is PowerShell's own.
        Assert.Empty(namedCmdlets.Except(cmdlets).Except(["Get-Error"]));
        Assert.Empty(namedParameters.Except(parameters));
    }

    [Fact]
    public async Task Every_foreseen_failure_has_an_id_of_its_name_and_a_category_and_another_says_that_it_is_a_defect()
    {
        using var engine = new Engine();
        var core = (Type)(await engine.SingleAsync("[ImagePusher.Core.ImagePusherException]", Token));
        var make = ((Type)(await engine.SingleAsync("(Get-Command Get-CachedImage).ImplementingType", Token))).Assembly
            .GetType("ImagePusher.Pipeline.ErrorRecords", throwOnError: true)!.GetMethod("Of")!;
        var types = core.Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(core) && !type.IsAbstract).ToList();
        Assert.True(types.Count >= 15);
        foreach (var type in types)
        {
            var constructor = type.GetConstructors()[0];
            var arguments = constructor.GetParameters().Select(parameter => parameter.ParameterType == typeof(string) ? $"the {parameter.Name}" : parameter.HasDefaultValue ? parameter.DefaultValue : null);
            var record = (ErrorRecord)make.Invoke(null, [constructor.Invoke([.. arguments]), "input"])!;
            Assert.Equal(type.Name[..^"Exception".Length], record.FullyQualifiedErrorId);
            Assert.NotEqual(ErrorCategory.NotSpecified, record.CategoryInfo.Category);
            Assert.NotEmpty(record.ErrorDetails.RecommendedAction);
            Assert.Equal("input", record.TargetObject);
        }

        var defect = (ErrorRecord)make.Invoke(null, [new InvalidOperationException("sequence contains no elements"), "input"])!;
        Assert.Equal("Unexpected", defect.FullyQualifiedErrorId);
        Assert.StartsWith("Unexpected error: ", defect.ErrorDetails.Message, StringComparison.Ordinal);
        Assert.Contains("defect", defect.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    public void Dispose() => _images.Dispose();

    private static string? Problem(Engine engine, Outcome outcome, string id, string? target, string rule)
    {
        if (outcome.AllErrors is not [var error] || outcome.Output.Count > 0)
        {
            return $"{outcome.AllErrors.Count} errors and {outcome.Output.Count} objects: {string.Join(" | ", outcome.AllErrors)}";
        }

        var told = $"{error.Exception.Message} {error.ErrorDetails?.RecommendedAction}";
        var expected = target is null or "*" ? target : target.Replace("$port", engine["port"]!.ToString(), StringComparison.Ordinal).Replace("$tar", engine["tar"]!.ToString(), StringComparison.Ordinal);
        return error.FullyQualifiedErrorId.Split(',')[0] != id ? $"{error.FullyQualifiedErrorId}: {told}"
            : !told.Contains(rule, StringComparison.Ordinal) ? told
            : expected is not (null or "*") && error.TargetObject?.ToString() != expected ? $"The target is '{error.TargetObject}'."
            : told.Contains("Exception", StringComparison.Ordinal) || told.Contains("   at ", StringComparison.Ordinal) ? told
            : null;
    }

    // The texts of an assembly's code, those that are put together from parts too.
    private static IEnumerable<string> TextsOf(string assembly)
    {
        using var module = ModuleDefinition.ReadModule(ModuleAssemblies.Path(assembly));
        return [.. module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody)
            .SelectMany(method => method.Body.Instructions).Where(instruction => instruction.OpCode == OpCodes.Ldstr).Select(instruction => (string)instruction.Operand)];
    }

    [GeneratedRegex(@"\b(?:Get|Set|Push|Save|Import|Export|Copy|Test|Repair|Remove|Clear|Optimize|Connect|Disconnect|Start|Stop|Select)-[A-Z][A-Za-z]+")]
    private static partial Regex CmdletName();

    [GeneratedRegex(@"(?:^|[\s(])-([A-Z][A-Za-z]+)\b")]
    private static partial Regex ParameterName();
}
