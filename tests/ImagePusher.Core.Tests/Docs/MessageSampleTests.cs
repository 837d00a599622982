using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Tests.Registry;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Docs;

/// <summary>The messages that the guides show are those that the library logs.</summary>
public sealed partial class MessageSampleTests
{
    private static readonly string[] Shown = ["guide", "operate", "about", "library"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void No_page_shows_a_message_that_these_tests_do_not_produce() => Assert.Equal(
        ["scaling.md"],
        from folder in Shown
        from page in Directory.EnumerateFiles(Path.Combine(DocsFolder.Path, folder), "*.md")
        from sample in Sample().Matches(File.ReadAllText(page))
        select Path.GetFileName(page));

    [Fact]
    public async Task The_warning_about_a_rate_limit_is_the_one_that_is_logged()
    {
        await using var session = new RegistrySession(
            new RegistrySettings { PlainHttp = false }, new InstantTimeProvider(),
            change: options => options with { HandlerFactory = _ => new RateLimited() });
        var repository = session.Client.GetRepository("docker.io", "library/nginx", new RequestOptions { Log = session.Log });
        await Assert.ThrowsAsync<RegistryRateLimitedException>(() => repository.ResolveAsync("1.27", Token));
        var page = await File.ReadAllTextAsync(Path.Combine(DocsFolder.Path, "operate", "scaling.md"), Token);
        Assert.Equal(Assert.Single(Sample().Matches(page)).Groups["message"].Value, session.Log.Warnings[0]);
    }

    [GeneratedRegex(@"(?m)^(?:WARNING|VERBOSE|DEBUG|ERROR): (?<message>.+?)\r?$")]
    private static partial Regex Sample();

    private sealed class RateLimited : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            const string Body = """{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}""";
            var response = new HttpResponseMessage(HttpStatusCode.TooManyRequests)
            {
                Content = new StringContent(Body, Encoding.UTF8, "application/json"),
                RequestMessage = request,
            };
            response.Headers.Add("Retry-After", "30");
            return Task.FromResult(response);
        }
    }
}
