using RecLab.Recommenders.Data.Import;
using Xunit;

namespace RecLab.Recommenders.Tests.Data.Import;

public sealed class DelimitedReaderTests : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private static readonly ImportOptions Options = new() { Latest = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero) };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("userId,movieId,rating,timestamp\na,x,4.5,1700000000\nb,y,1,1700000100\n")]
    [InlineData("timestamp;rating;item;user\n2023-11-14T22:13:20Z;4.5;x;a\n2023-11-14 22:15:00;1;y;b\n")]
    [InlineData("user_id:token\titem_id:token\trating:float\ttimestamp:float\na\tx\t4.5\t1700000000\nb\ty\t1\t1700000100\n")]
    [InlineData("\uFEFFuser|item|value|time\r\na|x|4.5|1700000000000\r\nb|y|1|1700000100000\r\n")]
    public void Finds_the_columns_by_their_headings(string text)
    {
        var (data, report) = DatasetReaders.Read(_folder.Write("shop.csv", text), Options);
        Assert.Equal(["a", "b"], data.Users.Ids);
        Assert.Equal(["x", "y"], data.Items.Ids);
        Assert.Equal([4.5f, 1f], data.Value);
        Assert.Equal([1700000000L, 1700000100L], data.Time);
        Assert.Equal((2L, 2L), (report.Lines, report.Accepted));
    }

    [Fact]
    public void Two_columns_of_numbers_are_user_and_item_in_the_order_of_rows()
    {
        var (data, report) = DatasetReaders.Read(_folder.Gzip("rows.tsv.gz", "1\t10\n1\t11\n2\t10\n"), Options);
        Assert.Equal([0, 0, 1], data.User);
        Assert.Equal([0, 1, 0], data.Item);
        Assert.All(data.Value, v => Assert.Equal(1, v));
        Assert.Equal(2, report.Notes.Count);
        Assert.Null(report.First);
    }

    [Fact]
    public void A_mapping_says_what_headings_do_not()
    {
        var path = _folder.Write("log.csv", "when,who,what\n03.02.2024 10:00,ann,cup\n");
        var mapping = new ColumnMapping { User = "who", Item = "3", Time = "when", DatePattern = "dd.MM.yyyy HH:mm", ImplicitWeight = 2 };
        var (data, _) = DatasetReaders.Get("delimited").Read(path, Options with { Columns = mapping });
        Assert.Equal(new DateTimeOffset(2024, 2, 3, 10, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds(), data.Time[0]);
        Assert.Equal(("cup", 2f), (data.Items[0], data.Value[0]));
        var missing = Assert.Throws<ImportException>(() => DatasetReaders.Get("delimited").Read(path, Options with { Columns = mapping with { User = "customer" } }));
        Assert.Equal("'log.csv' has no column 'customer'; it has when, who, what.", missing.Message);
    }

    [Fact]
    public void Items_and_users_beside_the_rows_are_described()
    {
        var path = _folder.Zip("shop.zip",
            ("data/interactions.csv", "user,item\nu1,i1\nu1,i2\n"),
            ("data/items.csv", "id,title,categories,description,image,price,vector,brand\ni1,\"Cup, blue\",kitchen|blue,Holds tea,https://shop.test/cup.png,12.50,0.5 1,Acme\ni2,Spoon,kitchen,,javascript:alert(1),,1 0.25,\ni3,Fork,kitchen,,,,1,\n"),
            ("data/users.csv", "user_id,age,city\nu1,30,Bern\n"));
        var (data, report) = DatasetReaders.Read(path, Options);
        var cup = data.Catalogue["i1"];
        Assert.Equal(("Cup, blue", "Holds tea", "https://shop.test/cup.png", 1250L, "Acme"), (cup.Title, cup.Description, cup.ImageUrl, cup.Price, cup.Attributes!["brand"]));
        Assert.Equal(["kitchen", "blue"], cup.Categories);
        Assert.Equal([0.5f, 1f], cup.Vector!);
        Assert.Null(data.Catalogue["i2"].ImageUrl);
        Assert.Equal("Bern", data.Audience["u1", "city"]);
        Assert.Equal("a vector must have 2 finite numbers like the first", report.Refusals.Single().Rule);
    }

    [Fact]
    public void Ids_may_hold_commas_quotes_line_ends_emoji_and_three_hundred_characters()
    {
        var odd = "say \"hi\", \n🦊";
        var text = "user,item,rating\n\"say \"\"hi\"\", \n🦊\",item 1,3\n" + new string('x', 300) + ",item 1,4\n";
        var (data, _) = DatasetReaders.Read(_folder.Write("odd.csv", text), Options);
        Assert.Equal([odd, new string('x', 300)], data.Users.Ids);
        Assert.Equal(1, data.Items.Count);
    }
}
