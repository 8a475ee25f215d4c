using RecLab.Recommenders.Data.Import;
using Xunit;

namespace RecLab.Recommenders.Tests.Data.Import;

public sealed class RecBoleReaderTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_interactions_items_and_users_with_their_types()
    {
        _folder.Write("ml.inter", "user_id:token\titem_id:token\trating:float\ttimestamp:float\n196\t242\t3\t881250949\n186\t302\t3.5\t891717742.0\n");
        _folder.Write("ml.item", "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\temb:float_seq\n242\tKolya\t1996\tComedy\t0.5 1\n302\tL.A. Confidential\t1997\tCrime Film-Noir Thriller\t1 -2e-1\n");
        _folder.Write("ml.user", "user_id:token\tage:token\tgender:token\n196\t49\tM\n");
        Assert.Equal("recbole", DatasetReaders.Detect(_folder.Path).Key);
        var (data, report) = DatasetReaders.Read(_folder.Path);
        Assert.Equal([3f, 3.5f], data.Value);
        Assert.Equal([881250949L, 891717742L], data.Time);
        var item = data.Catalogue["302"];
        Assert.Equal(("L.A. Confidential", "Crime|Film-Noir|Thriller", "1997"), (item.Title, string.Join('|', item.Categories), item.Attributes!["release_year"]));
        Assert.Equal([1f, -0.2f], item.Vector!);
        Assert.Equal(("49", "M"), (data.Audience["196", "age"], data.Audience["196", "gender"]));
        Assert.Equal((2L, 2L, 2, 1), (report.Lines, report.Accepted, report.DescribedItems, report.DescribedUsers));
    }

    [Fact]
    public void A_split_data_set_is_read_in_the_order_of_the_split()
    {
        foreach (var (part, item) in new[] { ("test", "c"), ("train", "a"), ("valid", "b") }) _folder.Write($"x.{part}.inter", $"user_id:token\titem_id:token\nu\t{item}\n");
        var (data, report) = DatasetReaders.Read(_folder.Path);
        Assert.Equal(["a", "b", "c"], data.Items.Ids);
        Assert.Equal(3, report.Lines);
    }

    [Theory]
    [InlineData("user_id:token\titem_id\nu\ti\n", "which is not NAME:token")]
    [InlineData("user_id:token\tthing:token\nu\ti\n", "has no column item_id:token; it has user_id:token, thing:token.")]
    [InlineData("user_id:token\titem_id:token\titem_id_list:token_seq\nu\ti\ta b\n", "repeats each history")]
    public void Headings_that_say_too_little_are_refused(string text, string why) =>
        Assert.Contains(why, Assert.Throws<ImportException>(() => DatasetReaders.Read(_folder.Write("x.inter", text))).Message, StringComparison.Ordinal);
}
