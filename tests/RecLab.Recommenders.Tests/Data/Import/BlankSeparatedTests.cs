using RecLab.Recommenders.Data.Import;
using Xunit;

namespace RecLab.Recommenders.Tests.Data.Import;

/// <summary>Tables whose fields are parted by blanks look like sequences, whose items are parted by blanks too.</summary>
public sealed class BlankSeparatedTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1 50 5\n1 172 4\n2 50 3\n")]
    [InlineData("1 50 5 881250949\n1 172 4 881250950\n2 50 3 881250951\n")]
    [InlineData("  1   50 5 881250949\n  1  172 4 881250950 \r\n  2 \t 50 3 881250951\n")]
    [InlineData("1 172 4 881250950\n2 50 3 881250951\n1 50 5 881250949\n")]
    [InlineData("user item rating\n1 50 5\n1 172 4\n2 50 3\n")]
    public void Rows_of_ratings_are_no_sequences(string text)
    {
        var path = _folder.Write("ratings.txt", text);
        Assert.Equal("delimited", DatasetReaders.Detect(path).Key);
        var data = DatasetReaders.Read(path).Interactions;
        Assert.Equal([("1", "172", 4f), ("1", "50", 5f), ("2", "50", 3f)],
            Enumerable.Range(0, data.Count).Select(r => (data.Users[data.User[r]], data.Items[data.Item[r]], data.Value[r])).Order());
        Assert.Equal(text.Contains("8812509", StringComparison.Ordinal) ? [881250949L, 881250950, 881250951] : [0, 0, 0], data.Time);
    }

    [Theory]
    [InlineData(" 4")]
    [InlineData(" 4 1700000000")]
    [InlineData(" 1700000000")]
    [InlineData(" 20240131")]
    public void Ratings_of_users_who_do_not_come_twice_in_the_first_lines_are_no_sequences(string rest)
    {
        var path = _folder.Write("ratings.txt", string.Concat(Enumerable.Range(1, 40).Select(u => $"{u} {100 + u % 7}{rest}\n")));
        var data = DatasetReaders.Read(path).Interactions;
        Assert.Equal((40, 40, 7), (data.Count, data.Users.Count, data.Items.Count));
        Assert.Equal(rest.Length > 3, data.Time[0] > 0);
    }

    [Theory]
    [InlineData("1 50 5 7\n2 50 3\n3 7 50 3 9 11\n", 10, 3)]
    [InlineData("1 50\n1 5\n2 50\n", 3, 2)]
    [InlineData("1 50 51\n2 50 52\n3 51 52\n", 6, 3)] // as many items for everybody
    public void Sequences_stay_sequences(string text, int rows, int users)
    {
        var path = _folder.Write("train.txt", text);
        Assert.Equal("sequence", DatasetReaders.Detect(path).Key);
        var data = DatasetReaders.Read(path).Interactions;
        Assert.Equal((rows, users), (data.Count, data.Users.Count));
    }

    [Fact]
    public void A_line_of_prose_names_no_columns()
    {
        var path = _folder.Write("readme.txt", "user item pairs of a shop, one a line\nand nothing else\n");
        Assert.Contains("none of the known layouts", Assert.Throws<ImportException>(() => DatasetReaders.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_within_quotes_keep_their_blanks_and_a_blank_is_offered_where_nothing_else_cuts()
    {
        var path = _folder.Write("own.txt", "wer was\nanna \"ein  \"\"Buch\"\"  hier\"\n");
        var preview = ImportPreview.Of(path);
        Assert.Equal(("", ' '), (preview.Columns!.User, preview.Columns.Delimiter));
        var data = new DelimitedReader().Read(DatasetSource.Open(path), new() { Columns = new() { User = "wer", Item = "was", Delimiter = ' ' } }, null, TestContext.Current.CancellationToken).Interactions;
        Assert.Equal(["ein  \"Buch\"  hier"], data.Items.Ids);
    }

    [Fact]
    public void A_table_longer_than_the_buffer_is_read_whole()
    {
        var path = _folder.Write("long.txt", string.Concat(Enumerable.Range(0, 30_000).Select(i => $"  {i % 97}    {i}  {1 + i % 5}  \n")));
        var data = DatasetReaders.Read(path).Interactions;
        Assert.Equal((30_000, 97, 30_000, 90_000f), (data.Count, data.Users.Count, data.Items.Count, data.Value.Sum()));
    }
}
