using RecLab.Recommenders.Data.Import;
using Xunit;

namespace RecLab.Recommenders.Tests.Data.Import;

public sealed class ImportPreviewTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("preview-").FullName;

    [Fact]
    public void Shows_the_first_rows_and_what_the_columns_seem_to_mean()
    {
        var preview = ImportPreview.Of(Write("a.csv", "user_id,product,rating\nu1,p1,3\nu2,p2,4\n"));
        Assert.Equal("delimited", preview.Reader!.Key);
        Assert.Equal(("user_id", "product", "rating", null), (preview.Columns!.User, preview.Columns.Item, preview.Columns.Value, preview.Columns.Time));
        Assert.Equal(["user_id", "product", "rating"], preview.Names);
        Assert.Equal(3, preview.Rows.Count);
    }

    [Fact]
    public void Columns_that_cannot_be_told_are_left_to_the_person()
    {
        var preview = ImportPreview.Of(Write("b.csv", "wer;was;wann\nanna;buch;2024-05-01\n"));
        Assert.Null(preview.Reader);
        Assert.Equal(("", "", ';'), (preview.Columns!.User, preview.Columns.Item, preview.Columns.Delimiter));
        Assert.Equal(["wer", "was", "wann"], preview.Rows[0]);
    }

    [Fact]
    public void Another_delimiter_cuts_anew() =>
        Assert.Equal(["a,b", "c"], ImportPreview.Of(Write("c.csv", "a,b|c\n1,2|3\n"), '|').Rows[0]);

    [Fact]
    public void A_layout_with_a_fixed_form_needs_no_columns()
    {
        var preview = ImportPreview.Of(Path.GetDirectoryName(Write("u.data", "1\t2\t3\t881250949\n"))!);
        Assert.Equal("movielens-100k", preview.Reader!.Key);
        Assert.Empty(preview.Rows);
    }

    [Fact]
    public void Nothing_at_the_path_is_said() => Assert.Throws<ImportException>(() => ImportPreview.Of(Path.Combine(_folder, "nothing")));

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
