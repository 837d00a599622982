using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Tests.Naming;

public sealed class DestinationSetTests
{
    [Fact]
    public void Every_destination_has_every_tag_in_order() =>
        Assert.Equal(
            ["a.example/app:1", "a.example/app:latest", "b.example/x/app:1", "b.example/x/app:latest"],
            Names(Parse(["a.example", "b.example/x/"], ["1", "latest"]), "docker.io/library/app@sha256:" + new string('1', 64)));

    [Fact]
    public void A_name_that_another_image_has_at_one_destination_is_an_error_of_that_target_only()
    {
        var set = Parse(["a.example/x/app:1", "a.example/x/"], []);
        Assert.Equal(["a.example/x/app:1", "a.example/x/other:1"], Names(set, "quay.io/other:1"));
        var second = set.For(ImageReference.Parse("quay.io/more:1"), "second");
        Assert.IsType<DestinationConflictException>(second[0].Error);
        Assert.Equal("a.example/x/more:1", second[1].Name?.Name.ToString());
    }

    [Fact]
    public void Two_destinations_that_give_an_image_one_name_are_a_conflict_of_that_image_only()
    {
        var set = Parse(["a.example/x/app", "a.example/x/"], []);
        var error = Assert.Throws<DestinationConflictException>(() => Names(set, "quay.io/app:1"));
        Assert.Contains("a.example/x/app:1", error.Message, StringComparison.Ordinal);
        Assert.Equal(["a.example/x/app:2", "a.example/x/other:2"], Names(set, "quay.io/other:2"));
    }

    private static DestinationSet Parse(string[] destinations, string[] tags) => DestinationSet.Parse(destinations, tags, _ => false);

    private static IEnumerable<string> Names(DestinationSet set, string source) =>
        set.For(ImageReference.Parse(source), source).Select(name => name.Name?.Name.ToString() ?? name.Error!.Message);
}
