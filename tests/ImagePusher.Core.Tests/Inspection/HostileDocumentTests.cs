using System.Text;
using ImagePusher.Core.Inspection;

namespace ImagePusher.Core.Tests.Inspection;

/// <summary>Attached documents that would become many times as large in memory are refused.</summary>
public sealed class HostileDocumentTests
{
    [Theory]
    [InlineData("{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":[", "{},", "{}]}")]
    [InlineData("{\"spdxVersion\":\"1\",\"packages\":[", "[],", "{}]}")]
    [InlineData("[", "0,", "0]")]
    public void A_document_of_too_many_values_is_refused(string start, string value, string end)
    {
        Assert.Throws<LimitExceededException>(() => AttachedDocument.Read(Document(InspectionLimits.DocumentValues)));
        Assert.NotEqual(default, AttachedDocument.Read(Document(1000)));

        byte[] Document(int values) => Encoding.UTF8.GetBytes(new StringBuilder(start).Insert(start.Length, value, values).Append(end).ToString());
    }
}
