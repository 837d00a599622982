using System.Text;
using System.Text.Json;
using ImagePusher.Core.Inspection;

namespace ImagePusher.Core.Tests.Inspection;

/// <summary>Attached documents that would become many times as large in memory are refused.</summary>
public sealed class HostileDocumentTests
{
    [Theory]
    [InlineData("{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":[", "{},", "{}]}")]
    [InlineData("{\"spdxVersion\":\"1\",\"packages\":[", "[],", "{}]}")]
    [InlineData("[", "0,", "0]")]
    public void A_document_of_too_many_values_is_rejected(string start, string value, string end)
    {
        var values = 0;
        Assert.Throws<LimitExceededException>(() => AttachedDocument.Read(Document(InspectionLimits.DocumentValues), ref values));
        values = 0;
        Assert.NotEqual(default, AttachedDocument.Read(Document(1000), ref values));
        Assert.InRange(values, 1000, 1010);
        values = InspectionLimits.DocumentValues - 500;
        Assert.Throws<LimitExceededException>(() => AttachedDocument.Read(Document(1000), ref values));

        byte[] Document(int values) =>
            Encoding.UTF8.GetBytes(new StringBuilder(start).Insert(start.Length, value, values).Append(end).ToString());
    }

    [Theory]
    [InlineData("{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\"$\"}")]
    [InlineData("{\"dsseEnvelope\":{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\"$\"}}")]
    [InlineData("{\"payloadType\":\"in-toto\",\"payload\":\"$\",\"signatures\":[]}")]
    public void Envelopes_within_envelopes_are_not_opened(string envelope)
    {
        var statement = "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicateType\":\"x\"}";
        var once = Wrap(statement);
        Assert.Equal("x", AttachedDocument.Attestation(JsonDocument.Parse(once).RootElement)!.PredicateType);
        Assert.Null(AttachedDocument.Attestation(JsonDocument.Parse(Wrap(once)).RootElement));

        string Wrap(string content) =>
            envelope.Replace("$", Convert.ToBase64String(Encoding.UTF8.GetBytes(content)), StringComparison.Ordinal);
    }
}
