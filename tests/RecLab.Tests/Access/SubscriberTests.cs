using System.Net;
using RecLab.Access;
using Xunit;

namespace RecLab.Tests.Access;

public sealed class SubscriberTests
{
    /// <summary>RFC 6177: a site is given a /64 at least, so that its 2^64 addresses are one subscriber.</summary>
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    [InlineData("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::")]
    [InlineData("2001:db8:1:3::1", "2001:db8:1:3::")]
    public void An_ipv6_address_counts_by_its_network(string address, string expected) => Assert.Equal(IPAddress.Parse(expected), Subscriber.Of(IPAddress.Parse(address)));
}
