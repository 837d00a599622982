using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Tests.Naming;

public sealed class DestinationMapTests
{
    [Fact]
    public void The_same_image_can_have_the_same_target_twice()
    {
        var map = DestinationMap.Parse("localhost:5000");
        Assert.Equal(For(map, "quay.io/app:1", "a"), For(map, "quay.io/app:1", "a"));
    }

    [Theory]
    [InlineData("localhost:5000/team/", "localhost:5000/app:1.0", "docker.io/library/app:1.0")]
    [InlineData("localhost:5000", "quay.io/team/app:1.0", "ghcr.io/team/app:1.0")]
    [InlineData("localhost:5000/app:2.0", "quay.io/a:1.0", "quay.io/b:1.0")]
    public void A_second_different_image_for_one_target_is_a_conflict(string destination, string first, string second)
    {
        var map = DestinationMap.Parse(destination);
        var name = For(map, first, "a");
        var error = Assert.Throws<DestinationConflictException>(() => For(map, second, "b"));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Contains(second, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void With_library_kept_an_official_image_does_not_conflict_with_another_registrys() =>
        Assert.Equal(
            ["localhost:5000/app:1", "localhost:5000/library/app:1"],
            new[] { "quay.io/app:1", "app:1" }.Select(
                (name, place) => For(DestinationMap.Parse("localhost:5000", keepLibrary: true), name, $"{place}")));

    [Fact]
    public void All_images_of_a_conflict_are_rejected_and_the_others_are_named()
    {
        var mapped = All("localhost:5000", ("quay.io/app:1", "a"), ("quay.io/other:1", "b"), ("ghcr.io/app:1", "c"));
        Assert.All([mapped[0], mapped[2]], image => Assert.IsType<DestinationConflictException>(image.Error));
        Assert.Equal("localhost:5000/other:1", mapped[1].Name?.Name.ToString());
    }

    [Fact]
    public void One_image_without_a_usable_name_does_not_reject_the_others()
    {
        var mapped = DestinationMap.Parse("localhost:5000")
            .ForAll([(null, "sha256:1", "a"), (ImageReference.Parse("quay.io/app:1"), "app", "b")]);
        Assert.IsType<InvalidReferenceException>(mapped[0].Error);
        Assert.Equal("localhost:5000/app:1", mapped[1].Name?.Name.ToString());
    }

    [Fact]
    public void Images_named_by_digest_never_conflict() =>
        Assert.All(
            All("localhost:5000/app", ("quay.io/a@sha256:" + new string('1', 64), "a"), ("quay.io/b@sha256:" + new string('2', 64), "b")),
            image => Assert.Null(image.Error));

    private static string For(DestinationMap map, string source, string identity) =>
        map.For(ImageReference.Parse(source), source, identity).Name.ToString();

    private static IReadOnlyList<(DestinationName? Name, ImagePusherException? Error)> All(string destination,
        params (string Source, string Identity)[] images) =>
        DestinationMap.Parse(destination)
            .ForAll([.. images.Select(image => ((ImageReference?)ImageReference.Parse(image.Source), image.Source, image.Identity))]);
}
