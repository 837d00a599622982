using System.Net;
using ImagePusher.Core.Registry.Http;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>The addresses that belong to the local machine or network.</summary>
public sealed class NetworkAddressTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.100.100.200")]
    [InlineData("127.8.9.1")]
    [InlineData("169.254.169.254")]
    [InlineData("172.31.255.1")]
    [InlineData("192.168.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("fd00::7")]
    [InlineData("ff02::1")]
    public void Private_loopback_link_local_and_unspecified_addresses_are_private(string address) =>
        Assert.True(NetworkAddress.IsPrivate(IPAddress.Parse(address)));

    [Theory]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("::ffff:8.8.8.8", false)]
    [InlineData("::ffff:0:127.0.0.1", true)]
    [InlineData("::192.168.1.1", true)]
    [InlineData("64:ff9b::a00:1", true)]
    [InlineData("64:ff9b::7f00:1", true)]
    [InlineData("64:ff9b::808:808", false)]
    [InlineData("64:ff9b:1::808:808", true)]
    [InlineData("2002:a00:1::1", true)]
    [InlineData("2002:808:808::1", false)]
    [InlineData("2001:0:808:808:0:ffff:f5ff:fffe", true)]
    [InlineData("2001:0:a00:1:0:ffff:f7f7:f7f7", false)]
    [InlineData("2a00:1450::5efe:10.0.0.1", true)]
    public void An_IPv4_address_in_an_IPv6_address_is_checked(string address, bool isPrivate) =>
        Assert.Equal(isPrivate, NetworkAddress.IsPrivate(IPAddress.Parse(address)));

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("203.0.113.9")]
    [InlineData("2606:4700::1111")]
    public void Public_addresses_are_not_private(string address) => Assert.False(NetworkAddress.IsPrivate(IPAddress.Parse(address)));

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST.", true)]
    [InlineData("registry.localhost", true)]
    [InlineData("localhost.example", false)]
    [InlineData("registry.example", false)]
    public void Only_the_name_localhost_is_private(string host, bool isPrivate) => Assert.Equal(isPrivate, NetworkAddress.IsPrivate(host));
}
