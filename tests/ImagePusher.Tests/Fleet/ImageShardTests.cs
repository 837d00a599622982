using ImagePusher.Tests.Support;

namespace ImagePusher.Tests.Fleet;

/// <summary>Select-ImageShard: the parts of a list.</summary>
public sealed class ImageShardTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_parts_of_a_list_are_disjoint_and_complete_for_texts_and_objects()
    {
        using var engine = new Engine { ["list"] = Enumerable.Range(0, 200).Select(number => $"quay.io/team/app{number}:1.0").ToArray() };
        var parts = await engine.OutputAsync("1..7 | ForEach-Object { $list | Select-ImageShard \"$_/7\" }", Token);
        Assert.Equal(200, parts.Select(part => part.ToString()).Distinct().Count());
        Assert.Equal(200, parts.Count);
        var texts = await engine.OutputAsync("$list | Select-ImageShard 3/7", Token);
        var rows = await engine.OutputAsync(
            "$list | ForEach-Object { [pscustomobject]@{ Reference = $_ } } | Select-ImageShard 3/7 | ForEach-Object Reference", Token);
        Assert.Equal(texts.Select(text => text.ToString()), rows.Select(text => text.ToString()));
        Assert.InRange(texts.Count, 14, 43);

        // One image under two spellings is in one part, and with -ByRepository all tags of a repository are.
        var spellings = await engine.OutputAsync(
            "1..7 | ForEach-Object { @('nginx', 'docker.io/library/nginx:latest' | Select-ImageShard \"$_/7\").Count }", Token);
        Assert.Equal([0, 0, 0, 0, 0, 0, 2], spellings.Select(count => (int)count.BaseObject).Order());
        var tags = await engine.OutputAsync(
            "1..7 | ForEach-Object { @(1..20 | ForEach-Object { \"app:$_\" } | Select-ImageShard \"$_/7\" -ByRepository).Count }", Token);
        Assert.Equal([0, 0, 0, 0, 0, 0, 20], tags.Select(count => (int)count.BaseObject).Order());
        Assert.StartsWith("InvalidReference,",
            (await engine.RunAsync("'a' | Select-ImageShard 8/7", Token)).SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
    }
}
