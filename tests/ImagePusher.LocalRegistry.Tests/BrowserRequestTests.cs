using System.Net;
using ImagePusher.TestSupport;

namespace ImagePusher.LocalRegistry.Tests;

/// <summary>A web page that a user of this machine opens must not write to the registry, nor read it under a foreign name.</summary>
public sealed class BrowserRequestTests
{
    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://localhost:1")]
    [InlineData("Origin", "http://localhost.evil.example:PORT")]
    [InlineData("Origin", "file://localhost:PORT")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task A_cross_origin_write_is_rejected_and_changes_nothing(string name, string value)
    {
        await using var registry = await RunningRegistry.StartAsync();
        var image = await registry.PushImageAsync("1", layers: Http.RandomBytes(100));
        var header = (name, value.Replace("PORT", $"{registry.Registry.Port}", StringComparison.Ordinal));
        (await registry.SendAsync("DELETE", "/v2/team/app/manifests/1", null, header)).IsError(HttpStatusCode.Forbidden, "DENIED");
        (await registry.SendAsync("POST", "/v2/team/app/blobs/uploads/", [], header)).IsError(HttpStatusCode.Forbidden, "DENIED");
        (await registry.SendAsync("PUT", "/v2/team/app/manifests/2", image.Manifest, header)).IsError(HttpStatusCode.Forbidden, "DENIED");
        (await registry.GetAsync("/v2/team/app/manifests/1")).Is(HttpStatusCode.OK);
        (await registry.GetAsync("/v2/team/app/manifests/2")).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_preflight_request_is_not_answered_with_permission()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var answer = await registry.SendAsync(
            "OPTIONS", "/v2/team/app/manifests/1", null, ("Origin", "https://evil.example"), ("Access-Control-Request-Method", "PUT"));
        answer.Is(HttpStatusCode.Forbidden);
        Assert.DoesNotContain(answer.Headers.Keys, key => key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_same_origin_write_is_accepted()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var answer = await registry.SendAsync(
            "POST", "/v2/team/app/blobs/uploads/", [], ("Origin", $"http://{registry.Address}"), ("Sec-Fetch-Site", "same-origin"));
        answer.Is(HttpStatusCode.Accepted);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("10.0.0.1")]
    [InlineData("[fd00::1]")]
    public async Task DNS_rebinding_a_foreign_host_name_does_not_reach_a_loopback_registry(string host)
    {
        await using var registry = await RunningRegistry.StartAsync();
        var answer = await registry.ExchangeRawAsync(
            $"GET /v2/_catalog HTTP/1.1\r\nHost: {host}:{registry.Registry.Port}\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 421 ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evil.example", "421")]
    [InlineData("localhost@evil.example:80", "421")]
    [InlineData("10.0.0.1:5000", "421")]
    [InlineData("localhost:1", "200")]
    public async Task The_absolute_form_names_a_host_of_this_machine_too(string authority, string status)
    {
        await using var registry = await RunningRegistry.StartAsync();
        var answer = await registry.ExchangeRawAsync(
            $"GET http://{authority}/v2/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:1")]
    [InlineData("127.0.0.1:443")]
    [InlineData("[::1]")]
    [InlineData("[::1]:5000")]
    public async Task Names_of_this_machine_are_accepted_also_behind_a_proxy_on_another_port(string host)
    {
        await using var registry = await RunningRegistry.StartAsync();
        var answer = await registry.ExchangeRawAsync($"GET /v2/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
    }
}
