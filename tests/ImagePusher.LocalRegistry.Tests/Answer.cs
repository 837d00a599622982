using System.Net;
using System.Text.Json;

namespace ImagePusher.LocalRegistry.Tests;

/// <summary>A response with its complete body.</summary>
internal sealed record Answer(HttpStatusCode Status, byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    public string? this[string header] => Headers.GetValueOrDefault(header);

    public string Text => System.Text.Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The codes of an error response, whose form is asserted.</summary>
    public IReadOnlyList<string> Codes
    {
        get
        {
            Assert.Equal("application/json", this["Content-Type"]);
            var errors = Json.GetProperty("errors").EnumerateArray().ToList();
            Assert.All(errors, error => Assert.NotEmpty(error.GetProperty("message").GetString()!));
            return [.. errors.Select(error => error.GetProperty("code").GetString()!)];
        }
    }

    public static async Task<Answer> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        var headers = answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer(answer.StatusCode, body, headers);
    }

    /// <summary>Asserts the status, and shows the response text if it differs.</summary>
    public Answer Is(HttpStatusCode expected)
    {
        Assert.True(expected == Status, $"expected {(int)expected}, got {(int)Status}: {Text}");
        return this;
    }

    /// <summary>Asserts that this is an error response with one code.</summary>
    public Answer IsError(HttpStatusCode expected, string code)
    {
        Is(expected);
        Assert.Equal(code, Assert.Single(Codes.Distinct()));
        return this;
    }
}
