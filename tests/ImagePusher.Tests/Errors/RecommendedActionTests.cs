using System.Management.Automation;
using System.Text.RegularExpressions;
using ImagePusher.Tests.Support;
using ImagePusher.TestSupport.FakeRegistries;

namespace ImagePusher.Tests.Errors;

/// <summary>
/// The requirements for every error of every cmdlet and every exception: an id of its name, a category, one full stop, and a recommended
/// action that names only parameters which the cmdlet has, and never the cmdlet that has just failed.
/// </summary>
public sealed partial class RecommendedActionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Actions_name_existing_cmdlets_and_parameters_only()
    {
        using var engine = new Engine();
        var known = await ParametersAsync(engine);
        var wrong = new List<string>();
        await foreach (var (cmdlet, error) in AllAsync(engine, known))
        {
            var action = error.ErrorDetails.RecommendedAction;
            var named = CmdletWithParameters().Matches(action);
            var unnamed = CmdletWithParameters().Replace(action, "");
            var missing = named.SelectMany(
                match => match.Groups["parameter"].Captures.Select(capture => (match.Groups["cmdlet"].Value, capture.Value)))
                .Concat(ParameterName().Matches(unnamed).Select(match => (cmdlet, match.Groups["parameter"].Value)))
                .Where(pair => !known[pair.Item1].Contains(pair.Item2) && pair.Item2 is not ("Verbose" or "Debug"));
            wrong.AddRange(missing.Select(pair => $"{cmdlet}: '{action}' names {pair.Item1} -{pair.Item2}"));
            if (named.Any(match => match.Groups["cmdlet"].Value == cmdlet))
            {
                wrong.Add($"{cmdlet}: '{action}' repeats the cmdlet");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Distinct().Take(20)));
    }

    [Theory]
    [InlineData("Get-ImageFile $registry/app:1", "Get-RegistryTag")]
    [InlineData("Get-ImageConfig $registry/app:1", "Get-RegistryTag")]
    [InlineData("Save-ImageToCache $registry/app:1", "Get-RegistryTag")]
    [InlineData("Get-ImageFile -Path $tar -Image nope", "Get-ImageTar")]
    [InlineData("Get-Item $tar | Push-ImageTar -Image nope -Destination $registry", "Get-ImageTar")]
    public async Task The_hint_for_a_missing_image_follows_its_source(string script, string cmdlet)
    {
        await using var server = LoopbackServer.Start(exchange => exchange.RespondAsync(exchange.Path == "/v2/" ? 200 : 404, "{}"));
        using var images = new SmallImages();
        using var engine = new Engine { ["registry"] = server.Address, ["tar"] = images.Write("app") };
        var error = Assert.Single((await engine.RunAsync(script, Token)).Errors);
        Assert.EndsWith(
            $"{cmdlet} lists the {(cmdlet == "Get-ImageTar" ? "images of an archive" : "tags of a repository")}.",
            error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_exception_has_the_id_of_its_name_a_category_and_one_period()
    {
        using var engine = new Engine();
        var known = await ParametersAsync(engine);
        var ids = new HashSet<string>();
        await foreach (var (_, error) in AllAsync(engine, known))
        {
            Assert.Equal(error.Exception.GetType().Name, error.FullyQualifiedErrorId + "Exception");
            Assert.NotEqual(ErrorCategory.NotSpecified, error.CategoryInfo.Category);
            Assert.Matches(@"[^.]\.\z", error.ErrorDetails.Message);
            Assert.Matches(@"[^.]\.\z", error.ErrorDetails.RecommendedAction);
            Assert.Equal("input", error.TargetObject);
            ids.Add(error.FullyQualifiedErrorId);
        }

        Assert.True(ids.Count >= 25);
    }

    [Theory]
    [InlineData("Push-CachedImage * -Destination localhost:1/INFO/", "Use 'localhost:1/info/'.")]
    [InlineData("Copy-RegistryImage localhost:1/a:1 -Destination localhost:1/a..b/", "localhost:5000/team/")]
    [InlineData("Save-ImageToCache localhost:1/a//b", "[registry/]repository[:tag][@digest]")]
    public async Task A_name_with_a_mistake_gets_no_advice_about_archives(string script, string text)
    {
        using var engine = new Engine();
        var action = (await engine.RunAsync(script, TestContext.Current.CancellationToken)).SingleError().ErrorDetails.RecommendedAction;
        Assert.Contains(text, action, StringComparison.Ordinal);
        Assert.DoesNotContain("archive", action, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unexpected_error_is_reported_as_a_bug()
    {
        using var engine = new Engine();
        var error = (await RecordsAsync(engine)).Of("Get-CachedImage", [],
            new InvalidOperationException("sequence contains\u001b[2J no elements"));
        Assert.Equal("Unexpected", error.FullyQualifiedErrorId);
        Assert.Equal(@"Unexpected error: sequence contains\u001B[2J no elements.", error.ErrorDetails.Message);
        Assert.Contains("bug", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    private static async Task<Dictionary<string, HashSet<string>>> ParametersAsync(Engine engine)
    {
        var lines = await engine.OutputAsync(
            "foreach ($cmdlet in Get-Command -Module ImagePusher -CommandType Cmdlet) { \"$($cmdlet.Name) $($cmdlet.Parameters.Keys)\" }",
            Token);
        return lines.Select(line => line.ToString().Split(' ')).ToDictionary(parts => parts[0], parts => parts[1..].ToHashSet());
    }

    // Each exception as each cmdlet would report it: called with nothing, and with all parameters that hints depend on.
    private static async IAsyncEnumerable<(string Cmdlet, ErrorRecord Error)> AllAsync(Engine engine,
        Dictionary<string, HashSet<string>> known)
    {
        var records = await RecordsAsync(engine);
        Exception?[] causes = [null, new HttpRequestException(HttpRequestError.SecureConnectionError), new TimeoutException()];
        foreach (var (cmdlet, parameters) in known)
        {
            foreach (var bound in new[] { [],
                parameters.Intersect(["NoClobber", "Platform", "Credential", "PlainHttp", "Format", "AllowPartial"]).ToArray() })
            {
                foreach (var (type, cause) in records.ExceptionTypes.SelectMany(type => causes.Select(cause => (type, cause))))
                {
                    yield return (cmdlet, records.Of(cmdlet, bound, Make(type, cause)));
                }
            }
        }
    }

    private static async Task<ErrorRecordTable> RecordsAsync(Engine engine)
    {
        var cmdlets = await engine.OutputAsync("foreach ($cmdlet in Get-Command -Module ImagePusher -CommandType Cmdlet) { $cmdlet }",
            Token);
        return new ErrorRecordTable([.. cmdlets.Select(cmdlet => (CmdletInfo)cmdlet.BaseObject)],
            (Type)await engine.SingleAsync("[ImagePusher.Core.ImagePusherException]", Token));
    }

    private static Exception Make(Type type, Exception? cause)
    {
        var arguments = type.GetConstructors()[0].GetParameters().Select(parameter =>
            parameter.ParameterType == typeof(string) && !parameter.HasDefaultValue ? $"The {parameter.Name} with two dots.."
            : parameter.ParameterType == typeof(Exception) ? cause
            : parameter.HasDefaultValue ? parameter.DefaultValue : null);
        return (Exception)type.GetConstructors()[0].Invoke([.. arguments]);
    }

    [GeneratedRegex(@"(?<cmdlet>[A-Z][a-z]+-(?:Registry|Cached|Image|Local)[A-Za-z]*)(?: -(?<parameter>[A-Z][A-Za-z]+))*")]
    private static partial Regex CmdletWithParameters();

    [GeneratedRegex(@"(?:^|[\s(])-(?<parameter>[A-Z][A-Za-z]+)\b")]
    private static partial Regex ParameterName();
}
