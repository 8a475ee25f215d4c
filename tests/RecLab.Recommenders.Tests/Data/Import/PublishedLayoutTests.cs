using RecLab.Recommenders.Data.Import;
using RecLab.Testing;
using Xunit;

namespace RecLab.Recommenders.Tests.Data.Import;

/// <summary>Layouts in which papers publish their data: NCF, sequences, Amazon reviews. Counts are those of the publications, told in the README beside each data set.</summary>
public sealed class PublishedLayoutTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ml-1m-ncf", "ncf", 6040, 3706, 1_000_209)]
    [InlineData("ml-1m-sasrec", "sequence", 6040, 3416, 999_611)]
    [InlineData("amazon-beauty-bert4rec", "sequence", 40_226, 54_542, 353_962)]
    [InlineData("amazon-games-sasrec", "sequence", 31_013, 23_715, 287_107)]
    [InlineData("amazon-beauty-5core", "sequence", 22_363, 12_101, 198_502)]
    [InlineData("gowalla", "sequence", 29_858, 40_981, 1_027_370)]
    public void Reads_what_papers_publish(string name, string layout, int users, int items, int rows)
    {
        var path = TestPaths.Dataset(name);
        Assert.SkipWhen(path is null, $"{name} is not beside the checkout.");
        var reader = DatasetReaders.Detect(path!);
        var (data, report) = reader.Read(path!, new(), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((layout, users, items, rows, 0L), (reader.Key, data.Users.Count, data.Items.Count, data.Count, report.Refused));
    }

    [Fact]
    public void Attributes_beside_sequences_become_categories()
    {
        _folder.Write("Beauty.txt", "1 1 2 3\n2 3 2\n");
        _folder.Write("Beauty_item2attributes.json", "{\"3\": [7, 8], \"2\": [7]}");
        var (data, report) = DatasetReaders.Read(_folder.Path);
        Assert.Equal((5, 5L, 5L), (data.Count, report.Lines, report.Accepted));
        Assert.Equal(["3", "2"], data.History(1).Select(i => data.Items[i]));
        Assert.Equal(["7", "8"], data.Catalogue["3"].Categories);
    }

    [Fact]
    public void The_test_row_of_the_ncf_layout_comes_last_and_progress_never_goes_back()
    {
        _folder.Write("x.train.rating", string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{i % 50}\t{i}\t4\t{1000 + i}\n")));
        _folder.Write("x.test.rating", string.Concat(Enumerable.Range(0, 50).Select(i => $"{i}\t0\t5\t{1000 + 39_950 + i}\n")));
        _folder.Write("x.test.negative", "(0,25)\t1\t2\n");
        var seen = new List<double>();
        var (data, report) = DatasetReaders.Read(_folder.Path, null, new Told(p => seen.Add(p.Fraction)));
        Assert.Equal((40_050L, 40_050), (report.Lines, data.Count));
        Assert.All(Enumerable.Range(0, 50), u => Assert.Equal("0", data.Items[data.History(u)[^1]]));
        Assert.Equal(seen.Order(), seen);
        Assert.Contains(report.Notes, n => n.Contains("x.test.negative", StringComparison.Ordinal));
    }

    [Fact]
    public void Reads_reviews_of_2014_and_products_beside_them()
    {
        _folder.Gzip("reviews_Beauty_5.json.gz", "{\"reviewerID\": \"A1YJEY40YUW4SE\", \"asin\": \"7806397051\", \"reviewerName\": \"Andrea\", \"helpful\": [3, 4], \"reviewText\": \"Very oily\", \"overall\": 1.0, \"unixReviewTime\": 1391040000}\n{\"reviewerID\": \"A60XNB876KYML\", \"asin\": \"7806397051\", \"overall\": 3.0, \"unixReviewTime\": 1397779200}\n");
        _folder.Gzip("meta_Beauty.json.gz", "{\"asin\": \"7806397051\", \"title\": \"Palette\", \"categories\": [[\"Beauty\", \"Makeup\"]], \"price\": \"$1,027.99\", \"imUrl\": \"http://images.example/a.jpg\", \"brand\": \"WAWO\", \"related\": {\"also_bought\": [\"B\"]}}\n{'asin': 'X', 'title': 'a Python literal'}\n");
        Assert.Equal("amazon-reviews", DatasetReaders.Detect(_folder.Path).Key);
        var (data, report) = DatasetReaders.Read(_folder.Path);
        Assert.Equal([1f, 3f], data.Value);
        Assert.Equal(new DateTimeOffset(2014, 1, 30, 0, 0, 0, TimeSpan.Zero), report.First);
        var item = data.Catalogue["7806397051"];
        Assert.Equal(("Palette", "Beauty|Makeup", 102_799L, "WAWO", "http://images.example/a.jpg"), (item.Title, string.Join('|', item.Categories), item.Price, item.Attributes!["brand"], item.ImageUrl));
        Assert.Equal("a line must be one JSON object", report.Refusals.Single().Rule);
    }

    [Theory]
    [InlineData("A39HTATAQ9V7YF,0205616461,5.0,1369699200\nA3JM6GV9MNOF9X,0558925278,3.0,1355443200\n")]
    [InlineData("0205616461,A39HTATAQ9V7YF,5.0,1369699200\n0558925278,A3JM6GV9MNOF9X,3.0,1355443200\n")]
    public void Reads_ratings_without_headings_whichever_id_comes_first(string text)
    {
        var path = _folder.Write("ratings_Beauty.csv", text);
        Assert.Equal("amazon-reviews", DatasetReaders.Detect(path).Key);
        var data = DatasetReaders.Read(path).Interactions;
        Assert.Equal(["A39HTATAQ9V7YF", "A3JM6GV9MNOF9X"], data.Users.Ids);
        Assert.Equal([3f, 5f], data.Value);
    }

    [Fact]
    public void Reads_reviews_of_2023_in_milliseconds()
    {
        var (data, _) = DatasetReaders.Read(_folder.Write("All_Beauty.jsonl", "{\"rating\": 5.0, \"title\": \"Nice\", \"asin\": \"B00YQ6X8EO\", \"parent_asin\": \"B00YQ6X8E0\", \"user_id\": \"AGKHLEW2SOWHNMFQIJGBECAF7INQ\", \"timestamp\": 1588687728923}\n"));
        Assert.Equal(("B00YQ6X8E0", 1_588_687_728L), (data.Items[0], data.Time[0]));
    }

    private sealed class Told(Action<ImportProgress> each) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => each(value);
    }
}
