using RecLab.Recommenders.Data;
using RecLab.Recommenders.Data.Import;
using RecLab.Recommenders.Models.Lists;
using Xunit;

namespace RecLab.Recommenders.Tests.Models.Lists;

public sealed class ListReaderTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();
    private readonly Vocabulary _items = new(["a", "b", "c", "d"]);

    public void Dispose() => File.Delete(_path);

    private (UploadedLists Model, ListReport Report) Read(string text)
    {
        File.WriteAllText(_path, text);
        return ListReader.Read(_path, _items, TestContext.Current.CancellationToken);
    }

    private string Ranked(UploadedLists model, string user)
    {
        var scores = new float[4];
        return model.Score(new Query(model.Users.IndexOf(user), default), scores) ? string.Concat(Ranker.Top(scores, 4).Select(i => _items[i])) : "no answer";
    }

    [Theory]
    [InlineData("user,item\nu,c\nu,a\nu,b\n", "cab")]
    [InlineData("user,item,score\nu,c,0.5\nu,a,2\nu,b,-1e3\n", "acb")]
    [InlineData("item,rank,user\r\nc,3,u\r\na,10,u\r\nb,1,u\r\n", "bca")]
    [InlineData("\"user\",\"item\"\n\"u\",\"d\"\n", "d")]
    public void The_order_follows_rank_score_or_rows(string text, string order) => Assert.Equal(order, Ranked(Read(text).Model, "u"));

    [Fact]
    public void Items_outside_the_catalogue_are_left_out_and_named()
    {
        var (model, report) = Read("user,item\nu,a\nu,zebra\nv,yak\n");
        Assert.Equal("a", Ranked(model, "u"));
        Assert.Equal("no answer", Ranked(model, "v"));
        Assert.Equal("no answer", Ranked(model, "w"));
        Assert.Equal((3, 1, 1, 2, 1), (report.Rows, report.Users, report.Items, report.UnknownRows, report.EmptyUsers));
        Assert.Equal(["zebra", "yak"], report.UnknownItems);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("a,b\n1,2\n", "The first line must be")]
    [InlineData("user,item,score,rank\n", "The first line must be")]
    [InlineData("user,item\n", "no row")]
    [InlineData("user,item\nu\n", "Line 2 must have 2 fields")]
    [InlineData("user,item\nu,a\n,b\n", "Line 3 needs a user")]
    [InlineData("user,item,score\nu,a,NaN\n", "Line 2 needs a finite number")]
    [InlineData("user,item,rank\nu,a,0\n", "Line 2 needs a whole number from 1")]
    [InlineData("user,item,rank\nu,a,1\nu,b,1\n", "the rank 1 twice")]
    [InlineData("user,item\nu,a\nu,a\n", "the item 'a' twice")]
    [InlineData("user,item\nu,zebra\n", "None of the items")]
    public void A_wrong_row_refuses_the_file_with_a_sentence(string text, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<ImportException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_saved_is_read_back()
    {
        var model = Read("user,item\nü ser,c\nü ser,a\nv,b\n").Model;
        using var stream = new MemoryStream();
        model.Save(stream);
        stream.Position = 0;
        var again = UploadedLists.Load(stream, _items);
        Assert.Equal(("ca", "b"), (Ranked(again, "ü ser"), Ranked(again, "v")));
        stream.Position = 0;
        Assert.Throws<InvalidDataException>(() => UploadedLists.Load(stream, new Vocabulary(["a"])));
    }
}
