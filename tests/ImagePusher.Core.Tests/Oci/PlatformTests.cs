using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Tests.Oci;

public sealed class PlatformTests
{
    [Theory]
    [InlineData("linux/amd64", "linux/amd64")]
    [InlineData(" Linux/ARM64/v8 ", "linux/arm64/v8")]
    [InlineData("linux/x86_64", "linux/amd64")]
    [InlineData("linux/aarch64", "linux/arm64")]
    [InlineData("linux/armhf", "linux/arm/v7")]
    [InlineData("linux/i386", "linux/386")]
    [InlineData("windows/amd64:10.0.20348", "windows/amd64:10.0.20348")]
    [InlineData("windows(10.0.20348.1)/amd64", "windows/amd64:10.0.20348.1")]
    [InlineData("linux/arm/v7:6", "linux/arm/v7:6")]
    public void Text_is_parsed_and_its_form_round_trips(string text, string expected)
    {
        var platform = Platform.Parse(text);
        Assert.Equal(expected, platform.ToString());
        Assert.Equal(platform, Platform.Parse(platform.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("linux")]
    [InlineData("linux/")]
    [InlineData("/amd64")]
    [InlineData("linux/arm/v7/x")]
    [InlineData("linux/am d64")]
    [InlineData("windows/amd64:")]
    [InlineData("windows(/amd64")]
    public void Other_text_is_InvalidReference(string text) => Assert.Throws<InvalidReferenceException>(() => Platform.Parse(text));

    [Theory]
    [InlineData("Linux", "x86_64", null, "linux/amd64")]
    [InlineData("linux", "aarch64", null, "linux/arm64/v8")]
    [InlineData("linux", "ARM64", "V8", "linux/arm64")]
    [InlineData("linux", "arm", "7", "linux/arm/v7")]
    [InlineData("linux", "arm64", "armv8", "linux/arm64")]
    [InlineData("linux", "arm", "armv7l", "linux/arm/v7")]
    [InlineData("linux", "i686", null, "linux/386")]
    [InlineData("macOS", "arm64", null, "darwin/arm64")]
    public void Other_names_in_an_image_are_read_as_in_a_request(string os, string architecture, string? variant, string wanted) =>
        Assert.True(new Platform(os, architecture, variant).Satisfies(Platform.Parse(wanted)));

    // containerd, platforms package: normalization and the order of compatible variants.
    [Theory]
    [InlineData("linux/arm", "linux/arm/v7", true)]
    [InlineData("linux/arm/v7", "linux/arm", true)]
    [InlineData("linux/arm/v6", "linux/arm/v7", true)]
    [InlineData("linux/arm/v5", "linux/arm", true)]
    [InlineData("linux/arm", "linux/arm/v6", false)]
    [InlineData("linux/arm/v8", "linux/arm/v7", false)]
    [InlineData("linux/arm64", "linux/arm64/v8", true)]
    [InlineData("linux/arm64/v8", "linux/arm64", true)]
    [InlineData("linux/arm64/v9", "linux/arm64", false)]
    [InlineData("linux/arm64/v8.2", "linux/arm64/v9", true)]
    [InlineData("linux/arm64/v8.2", "linux/arm64/v8.4", true)]
    [InlineData("linux/arm64/v8.2", "linux/arm64", false)]
    [InlineData("linux/arm64", "linux/arm64/v8.2", true)]
    [InlineData("linux/amd64", "linux/amd64/v3", true)]
    [InlineData("linux/amd64/v2", "linux/amd64/v3", true)]
    [InlineData("linux/amd64/v1", "linux/amd64", true)]
    [InlineData("linux/amd64/v2", "linux/amd64", false)]
    [InlineData("linux/amd64/v4", "linux/amd64/v3", false)]
    [InlineData("linux/riscv64/rva20u64", "linux/riscv64", true)]
    [InlineData("linux/ppc64le/power9", "linux/ppc64le/power8", false)]
    [InlineData("linux/arm64", "linux/arm", false)]
    [InlineData("windows/amd64", "linux/amd64", false)]
    [InlineData("windows/amd64:10.0.20348.1", "windows/amd64", true)]
    [InlineData("windows/amd64:10.0.20348.1", "windows/amd64:10.0.20348.1", true)]
    [InlineData("windows/amd64:10.0.20348.1", "windows/amd64:10.0.20348", true)]
    [InlineData("windows/amd64:10.0.20348.10", "windows/amd64:10.0.20348.1", false)]
    [InlineData("windows/amd64:10.0.17763.1", "windows/amd64:10.0.20348", false)]
    [InlineData("windows/amd64", "windows/amd64:10.0.20348", false)]
    public void An_image_satisfies_a_request_as_containerd_decides_it(string image, string wanted, bool expected) =>
        Assert.Equal(expected, Platform.Parse(image).Satisfies(Platform.Parse(wanted)));

    [Theory]
    [InlineData("linux/amd64/v3", "linux/amd64,linux/amd64/v2,linux/amd64/v4", "linux/amd64/v2")]
    [InlineData("linux/amd64", "linux/amd64/v2,linux/amd64", "linux/amd64")]
    [InlineData("linux/arm/v7", "linux/arm/v5,linux/arm/v6", "linux/arm/v6")]
    [InlineData("linux/arm64", "linux/arm64/v8,linux/arm64", "linux/arm64")]
    [InlineData("windows/amd64", "windows/amd64:10.0.1,windows/amd64:10.0.2", "windows/amd64:10.0.1")]
    [InlineData("linux/s390x", "linux/amd64", null)]
    public void The_best_image_is_the_same_platform_or_the_highest_variant(string wanted, string images, string? expected) => Assert.Equal(
        expected, Platform.Best(images.Split(',').Select(Platform.Parse), platform => platform, Platform.Parse(wanted))?.ToString());
}
