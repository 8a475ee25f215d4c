using System.Net;
using System.Text;
using RecLab.Access;
using RecLab.Serving.External;
using Xunit;

namespace RecLab.Tests.Serving.External;

public sealed class EndpointAnswerTests
{
    [Theory]
    [InlineData("""{"items":["b","a"]}""")]
    [InlineData("""{"items":[{"id":"b","score":2},{"id":"a","score":2}]}""")]
    [InlineData("""{"items":[{"id":"b"},"a"]}""")]
    public void Ids_come_best_first(string body) => Assert.Equal(["b", "a"], EndpointAnswer.Read(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"items":{}}""")]
    [InlineData("""{"items":[1]}""")]
    [InlineData("""{"items":[""]}""")]
    [InlineData("""{"items":["a","a"]}""")]
    [InlineData("""{"items":["a"],"next":2}""")]
    [InlineData("""{"items":[{"id":"a","score":1},{"id":"b","score":2}]}""")]
    [InlineData("""{"items":[{"id":"a","score":"1"}]}""")]
    [InlineData("""{"items":[{"id":"a","price":1}]}""")]
    [InlineData("""{"items":["\ud800"]}""")]
    [InlineData("""{"items":[[[[[[]]]]]]}""")]
    public void Anything_else_is_a_fault(string body) => Assert.Throws<FormatException>(() => EndpointAnswer.Read(Encoding.UTF8.GetBytes(body)));

    [Theory] // RFC 6890 and cloud metadata addresses
    [InlineData("93.184.215.14", true, true)]
    [InlineData("2606:4700::1111", true, true)]
    [InlineData("10.1.2.3", true, false)]
    [InlineData("172.31.0.1", true, false)]
    [InlineData("192.168.1.1", true, false)]
    [InlineData("127.1", true, false)]
    [InlineData("::1", true, false)]
    [InlineData("fc00::1", true, false)]
    [InlineData("::ffff:10.0.0.1", true, false)]
    [InlineData("169.254.169.254", false, false)]
    [InlineData("::ffff:169.254.169.254", false, false)]
    [InlineData("fe80::1", false, false)]
    [InlineData("fd00:ec2::254", false, false)]
    [InlineData("0.0.0.0", false, false)]
    [InlineData("64:ff9b::a9fe:a9fe", false, false)] // the same behind a translator (RFC 6052)
    [InlineData("100.100.100.200", false, false)]
    [InlineData("2852039166", false, false)] // 169.254.169.254 as one number
    public void Metadata_is_never_called_and_private_addresses_only_where_allowed(string address, bool usually, bool strictly)
    {
        var parsed = IPAddress.Parse(address);
        Assert.Equal((usually, strictly), (AddressRules.Allows(parsed, refusePrivate: false), AddressRules.Allows(parsed, refusePrivate: true)));
    }
}
