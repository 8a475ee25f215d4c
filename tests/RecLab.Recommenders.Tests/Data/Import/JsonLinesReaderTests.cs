using RecLab.Recommenders.Data.Import;
using Xunit;

namespace RecLab.Recommenders.Tests.Data.Import;

public sealed class JsonLinesReaderTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Finds_the_fields_by_their_names_and_reads_escapes_and_numbers()
    {
        var path = _folder.Write("log.jsonl", """
            {"user_id": "a\"b\n\u00e9🦉", "item_id": 17, "rating": 4.5, "timestamp": "2024-05-01T10:00:00Z", "extra": {"deep": [1, {"user_id": "no"}]}}

            {"timestamp": "2024-05-01T09:00:00Z", "rating": 1, "item_id": "x", "user_id": 9}
            """);
        Assert.Equal("json-lines", DatasetReaders.Detect(path).Key);
        var (data, report) = DatasetReaders.Read(path);
        Assert.Equal(["a\"b\né🦉", "9"], data.Users.Ids);
        Assert.Equal(["17", "x"], data.Items.Ids);
        Assert.Equal([1f, 4.5f], data.Value); // the second line is older
        Assert.Equal(new DateTimeOffset(2024, 5, 1, 9, 0, 0, TimeSpan.Zero), report.First);
        Assert.Equal(2, report.Lines);
    }

    [Fact]
    public void A_mapping_reaches_into_objects()
    {
        var path = _folder.Gzip("events.json.gz", "{\"who\": {\"id\": \"u1\"}, \"what\": \"i1\", \"n\": 3}\n{\"who\": {\"id\": \"u2\"}, \"what\": \"i1\", \"n\": 2, \"who.id\": \"u3\"}\n");
        var (data, report) = DatasetReaders.Get("json-lines").Read(path, new ImportOptions { Columns = new() { User = "who.id", Item = "what", Value = "n" } });
        Assert.Equal(["u1", "u3"], data.Users.Ids); // the key written with the dot comes last and counts
        Assert.Equal([3f, 2f], data.Value);
        Assert.Contains("order of rows", report.Notes.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_that_are_no_rows_are_refused_by_rule()
    {
        var good = string.Concat(Enumerable.Range(0, 60).Select(i => $"{{\"user\":\"u{i % 3}\",\"item\":\"i{i}\",\"rating\":1}}\n"));
        var (_, report) = DatasetReaders.Read(_folder.Write("a.jsonl", good + "{\"user\":\"u\",\"item\":\"i\"\n[1]\n{\"item\":\"i\",\"rating\":1}\n{\"user\":null,\"item\":\"i\",\"rating\":1}\n{\"user\":\"u\",\"item\":\"i\",\"rating\":\"NaN\"}\n"));
        Assert.Equal((65L, 60L), (report.Lines, report.Accepted));
        Assert.Equal([("a line must be one JSON object", 2L), ("a row must have the field 'user'", 2L), ("the field 'rating' must be a finite number", 1L)], report.Refusals.Select(r => (r.Rule, r.Count)));
        Assert.Equal([61L, 62L], report.Refusals[0].Lines.Select(l => l.Line));
    }

    [Fact]
    public void Objects_beside_the_rows_describe_items_and_users()
    {
        _folder.Write("clicks.jsonl", "{\"user\":\"u\",\"item\":\"i\",\"ts\":1700000000000}\n");
        _folder.Write("items.jsonl", "{\"id\":\"i\",\"title\":\"Cup\",\"categories\":[\"kitchen\",\"blue\"],\"price\":12.5,\"embedding\":[0.5,-1],\"brand\":\"Acme\",\"stock\":{\"n\":1}}\n{\"id\":\"j\",\"embedding\":[1,2,3]}\nnothing\n");
        _folder.Write("users.jsonl", "{\"user_id\":\"u\",\"age\":34,\"segments\":[\"new\",\"vip\"]}\n");
        var (data, report) = DatasetReaders.Read(_folder.Path);
        var cup = data.Catalogue["i"];
        Assert.Equal(("Cup", "kitchen|blue", 1250L, "Acme"), (cup.Title, string.Join('|', cup.Categories), cup.Price, cup.Attributes!["brand"]));
        Assert.Equal([0.5f, -1f], cup.Vector!);
        Assert.Equal(("34", "new|vip"), (data.Audience["u", "age"], data.Audience["u", "segments"]));
        Assert.Equal(["a line must be one JSON object", "a vector must have 2 finite numbers like the first"], report.Refusals.Select(r => r.Rule).Order());
        Assert.Equal(1_700_000_000, data.Time[0]);
    }

    [Fact]
    public void Fields_whose_names_say_nothing_are_asked_for()
    {
        var path = _folder.Write("b.jsonl", "{\"wer\":\"a\",\"was\":\"b\"}\n{\"wer\":\"c\",\"wann\":5}\n");
        Assert.Contains("They have wer, was, wann.", Assert.Throws<ImportException>(() => DatasetReaders.Get("json-lines").Read(path, new())).Message, StringComparison.Ordinal);
        var preview = ImportPreview.Of(path);
        Assert.True(preview.IsJson);
        Assert.Null(preview.Reader);
        Assert.Equal(["wer", "was", "wann"], preview.Names);
        Assert.Equal(["c", "", "5"], preview.Rows[2]);
    }
}
