using System.Text;
using ImagePusher.Core.Discovery;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Yaml;

namespace ImagePusher.Core.Tests.Discovery;

/// <summary>A lock names images so that every reader of YAML takes the names for text.</summary>
public sealed class ImageLockTests
{
    private const string Pinned = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("nginx:1.27", "nginx:1.27", "index.docker.io/library/nginx")]
    [InlineData("127.0.0.1:5000/app", "127.0.0.1:5000/app", "127.0.0.1:5000/app")]
    [InlineData("8080", "\"8080\"", "index.docker.io/library/8080")]
    [InlineData("12:30", "\"12:30\"", "index.docker.io/library/12")]
    [InlineData("2024-01-01", "\"2024-01-01\"", "index.docker.io/library/2024-01-01")]
    [InlineData("null", "\"null\"", "index.docker.io/library/null")]
    [InlineData("yes", "\"yes\"", "index.docker.io/library/yes")]
    [InlineData("[::1]:5000/app:1", "\"[::1]:5000/app:1\"", "[::1]:5000/app")]
    public void Names_are_quoted_where_YAML_takes_them_for_something_else(string name, string written, string repository)
    {
        var images = new ImageLock();
        images.Add(name, ImageReference.Parse(ImageReference.Split(name).Name + Pinned));
        var text = Encoding.UTF8.GetString(images.ToBytes());
        Assert.EndsWith($"\n    kbld.carvel.dev/id: {written}\n", text, StringComparison.Ordinal);
        var image = YamlReader.Read(images.ToBytes(), "lock.yml")!.Entries[^1].Value.Items[0].Entries[0].Value;
        Assert.Equal(repository + Pinned, image.Text);
    }
}
