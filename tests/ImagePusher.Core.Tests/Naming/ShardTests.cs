using ImagePusher.Core.Naming;

namespace ImagePusher.Core.Tests.Naming;

public sealed class ShardTests
{
    // Workers of different versions split one list: these must never change. printf NAME | sha256sum, its first 16 digits modulo 10.
    [Theory]
    [InlineData("docker.io/library/nginx:latest", 10)]
    [InlineData("quay.io/team/app:1.0", 10)]
    [InlineData("", 10)]
    public void The_part_of_a_name_depends_on_its_hash(string name, int count)
    {
        var hash = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)))[..16];
        var expected = (int)(System.Numerics.BigInteger.Parse("0" + hash, System.Globalization.NumberStyles.HexNumber,
            System.Globalization.CultureInfo.InvariantCulture) % count) + 1;
        Assert.Equal([expected], Enumerable.Range(1, count).Where(number => new Shard(number, count).Holds(name)));
    }

    [Fact]
    public void The_part_of_a_name_stays_the_same_from_version_to_version() =>
        Assert.Equal(2, Enumerable.Range(1, 10).Single(number => new Shard(number, 10).Holds("docker.io/library/nginx:latest")));

    [Fact]
    public void Parts_are_about_equal()
    {
        var counts = Enumerable.Range(1, 20)
            .Select(number => Enumerable.Range(0, 10_000)
                .Count(name => new Shard(number, 20).Holds($"registry.example/team/app{name}:1.0")))
                .ToList();
        Assert.Equal(10_000, counts.Sum());
        Assert.All(counts, count => Assert.InRange(count, 400, 600));
    }

    [Theory, InlineData("3/10", 3, 10), InlineData(" 1 / 1 ", 1, 1)]
    public void A_part_is_written_as_number_and_count(string text, int number, int count) =>
        Assert.Equal(new Shard(number, count), Shard.Parse(text));

    [Theory, InlineData("0/10"), InlineData("11/10"), InlineData("3"), InlineData("3/0"), InlineData("-1/3"), InlineData("a/b"),
        InlineData("1/2/3"), InlineData("")]
    public void Another_text_is_InvalidReference(string text) => Assert.Throws<InvalidReferenceException>(() => Shard.Parse(text));
}
