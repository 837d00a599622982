using System.Text;
using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Oci;

public sealed class JsonEditTests
{
    [Theory]
    [InlineData("""{"a":1,"b":2}""", """{"a":1,"b":9}""")]
    [InlineData("""{ "b" : [1, {"b": 3}] , "c" : "x" }""", """{"b" : 9,"c" : "x"}""")]
    [InlineData("""{}""", """{"b":9}""")]
    [InlineData("""{"a":null}""", """{"a":null,"b":9}""")]
    [InlineData("""{"b":1,"a":2,"b":3}""", """{"b":9,"a":2}""")]
    [InlineData("""{"\u0062":1}""", """{"\u0062":9}""")]
    [InlineData("""{"\ud800":"\udfff","b":1}""", """{"\ud800":"\udfff","b":9}""")]
    public void A_property_is_set_and_the_rest_keeps_its_bytes(string json, string expected) =>
        Assert.Equal(expected, Text(
            JsonEdit.Set(Encoding.UTF8.GetBytes(json), new Dictionary<string, byte[]?> { ["b"] = "9"u8.ToArray() })));

    [Theory]
    [InlineData("""{"b":1}""", "{}")]
    [InlineData("""{"a":1,"b":2,"c":3}""", """{"a":1,"c":3}""")]
    [InlineData("""{"a":1}""", """{"a":1}""")]
    public void A_property_is_removed(string json, string expected) =>
        Assert.Equal(expected, Text(JsonEdit.Set(Encoding.UTF8.GetBytes(json), new Dictionary<string, byte[]?> { ["b"] = null })));

    [Fact]
    public void Bytes_that_are_not_UTF8_are_kept()
    {
        byte[] json = [.. "{\"a\":\""u8, 0xE9, 0xFF, .. "\",\"b\":1}"u8];
        Assert.Equal([.. "{\"a\":\""u8, 0xE9, 0xFF, .. "\",\"b\":9}"u8],
            JsonEdit.Set(json, new Dictionary<string, byte[]?> { ["b"] = "9"u8.ToArray() }));
    }

    [Theory]
    [InlineData("""[ 1 , {"a":[2]}, "x,y" ]""", "1;{\"a\":[2]};\"x,y\"")]
    [InlineData("[]", "")]
    public void The_elements_of_an_array_are_found(string json, string expected)
    {
        var raw = Encoding.UTF8.GetBytes(json);
        Assert.Equal(expected, string.Join(';', JsonEdit.Elements(raw).Select(range => Text(raw[range]))));
    }

    private static string Text(byte[] json) => Encoding.UTF8.GetString(json);
}
