using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Data;
using RecLab.Recommenders.Data.Import;
using RecLab.Storage;
using RecLab.Testing;
using Xunit;

namespace RecLab.Tests.Data;

public sealed class ImportDeskTests(RecLabApp app) : IClassFixture<RecLabApp>
{
    private ImportDesk Desk => app.Services.GetRequiredService<ImportDesk>();

    [Fact]
    public async Task Imports_MovieLens_100K_as_delivered()
    {
        if (TestPaths.Dataset("ml-100k/ml-100k.zip") is not { } path) { Assert.Skip("ml-100k is not beside the checkout."); return; }
        var dataset = await ImportAsync(new("ml-100k", path));
        // 100,000 ratings of 943 users on 1,682 movies from 1997-09-20 to 1998-04-22: the data set's own README.
        Assert.Equal((DatasetState.Ready, 943, 1682, 100_000L, "movielens-100k"), (dataset.State, dataset.Users, dataset.Items, dataset.Rows, dataset.Layout));
        Assert.Equal(("1997-09-20", "1998-04-22"), (dataset.FirstAt!.Value.ToString("yyyy-MM-dd"), dataset.LastAt!.Value.ToString("yyyy-MM-dd")));
        Assert.Equal(64, dataset.ContentHash.Length);
        var data = await app.Services.GetRequiredService<DatasetShelf>().OpenAsync(dataset.Id, TestContext.Current.CancellationToken);
        Assert.Equal("Toy Story (1995)", data.Catalogue["1"].Title);
        Assert.Same(data, await app.Services.GetRequiredService<DatasetShelf>().OpenAsync(dataset.Id, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("empty.csv", "", "empty")]
    [InlineData("binary.csv", "user,item\n\0\0\0,\u0001\n", "binary")]
    [InlineData("header.csv", "user,item,rating\n", "only a heading")]
    [InlineData("words.csv", "user,item,rating\na,b,good\nc,d,bad\n", "no numbers")]
    [InlineData("nan.csv", "user,item,rating\na,b,NaN\nc,d,Infinity\n", "no finite numbers")]
    [InlineData("other.csv", "this is a poem,\nand not a table\n", "no columns")]
    [InlineData("quote.csv", "user,item,rating\na,\"b,1\nc,d,2\ne,f,3\n", "an open quote")]
    [InlineData("broken.zip", "PK but not a zip", "no archive")]
    [InlineData("ragged.csv", "user,item,rating\na\nb\nc\nd,e,1\n", "mostly too short")]
    public async Task A_file_that_cannot_be_read_says_why_and_leaves_no_data_set(string file, string content, string kind)
    {
        var before = await ReadyAsync();
        var dataset = await ImportAsync(new($"hostile {kind}", await WriteAsync(file, content)));
        Assert.Equal(DatasetState.Failed, dataset.State);
        Assert.False(string.IsNullOrWhiteSpace(dataset.Error));
        Assert.DoesNotContain("Exception", dataset.Error);
        Assert.Equal("", dataset.Folder);
        Assert.Equal(before, await ReadyAsync());
    }

    [Fact]
    public async Task Refused_lines_are_counted_and_named_and_the_rest_is_imported()
    {
        var rows = string.Concat(Enumerable.Range(0, 40).Select(i => $"u{i % 7},i{i % 5},{i % 5 + 1},{1_600_000_000 + i}\n"));
        var dataset = await ImportAsync(new("refusing", await WriteAsync("some.csv", $"user,item,rating,timestamp\nx,y,five,1600000000\n{rows}z,,3,1600000000\n")));
        Assert.Equal((DatasetState.Ready, 40L, 7, 5), (dataset.State, dataset.Rows, dataset.Users, dataset.Items));
        var report = DatasetWriter.ReportOf(dataset)!;
        Assert.Equal((42L, 2L), (report.Lines, report.Refused));
        Assert.Equal([2L, 43L], report.Refusals.SelectMany(r => r.Lines).Select(l => l.Line).Order());
    }

    [Fact]
    public async Task Ids_with_commas_quotes_line_ends_and_emoji_survive()
    {
        string[] users = ["plain", "a,b", "say \"hi\"", "two\nlines", "🦉", new('x', 300)];
        var rows = string.Concat(users.Select((u, i) => $"\"{u.Replace("\"", "\"\"")}\",item{i},1\n"));
        var dataset = await ImportAsync(new("odd ids", await WriteAsync("odd.csv", "user,item,rating\n" + rows)));
        Assert.Equal((DatasetState.Ready, null), (dataset.State, dataset.Error));
        Assert.Equal(users, (await app.Services.GetRequiredService<DatasetShelf>().OpenAsync(dataset.Id, TestContext.Current.CancellationToken)).Users.Ids);
    }

    [Fact]
    public async Task A_name_is_given_once_but_a_failure_gives_it_back()
    {
        var good = await WriteAsync("good.csv", "user,item\na,b\nc,d\n");
        await ImportAsync(new("taken", good));
        Assert.Contains("already", (await Assert.ThrowsAsync<ImportRefusedException>(() => Desk.StartAsync(new("taken", good), "Ada", TestContext.Current.CancellationToken))).Message);
        Assert.Equal(DatasetState.Failed, (await ImportAsync(new("again", await WriteAsync("bad.csv", "")))).State);
        Assert.Equal(DatasetState.Ready, (await ImportAsync(new("again", good))).State);
    }

    [Theory]
    [InlineData("", 0.1, "1 to 80")]
    [InlineData("share", 0.6, "between 0 and 0.5")]
    [InlineData("share", double.NaN, "between 0 and 0.5")]
    public async Task A_request_that_cannot_be_met_is_refused_at_once(string name, double hidden, string why)
    {
        var good = await WriteAsync("fine.csv", "user,item\na,b\nc,d\n");
        var refusal = await Assert.ThrowsAsync<ImportRefusedException>(() => Desk.StartAsync(new(name, good) { HiddenShare = hidden }, "Ada", TestContext.Current.CancellationToken));
        Assert.Contains(why, refusal.Message);
        await Assert.ThrowsAsync<ImportRefusedException>(() => Desk.StartAsync(new("nowhere", "/no/such/file"), "Ada", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Cancelling_leaves_nothing_behind_and_uploads_are_removed()
    {
        var path = await WriteAsync("large.csv", "user,item,rating\n" + string.Concat(Enumerable.Range(0, 400_000).Select(i => $"u{i % 9999},i{i % 777},{i % 5}\n")));
        var upload = Path.Combine(Desk.Uploads, "one", "large.csv");
        Directory.CreateDirectory(Path.GetDirectoryName(upload)!);
        File.Move(path, upload);
        var dataset = await Desk.StartAsync(new("cancelled", upload) { IsUpload = true }, "Ada", TestContext.Current.CancellationToken);
        Assert.True(Desk.Cancel(dataset.Id));
        await Desk.WaitAsync(dataset.Id);
        await using var db = await DbAsync();
        Assert.False(await db.Set<Dataset>().AnyAsync(d => d.Name == "cancelled", TestContext.Current.CancellationToken));
        Assert.False(File.Exists(upload));
        Assert.False(Desk.Cancel(dataset.Id));
    }

    [Fact]
    public async Task Columns_can_be_named_where_the_headings_do_not_say()
    {
        var path = await WriteAsync("strange.csv", "wer;was;wann\nanna;buch;2024-05-01\nbert;film;2024-05-02\n");
        var dataset = await ImportAsync(new("strange", path) { Columns = new() { User = "wer", Item = "was", Time = "wann", Delimiter = ';' } });
        Assert.Equal((DatasetState.Ready, 2L, new DateTimeOffset(2024, 5, 2, 0, 0, 0, TimeSpan.Zero)), (dataset.State, dataset.Rows, dataset.LastAt!.Value));
    }

    [Fact]
    public async Task A_data_set_whose_import_died_with_its_process_is_failed_at_the_next_start()
    {
        var writer = app.Services.GetRequiredService<DatasetWriter>();
        var dataset = await writer.ReserveAsync("orphan", "csv", DatasetOrigin.Imported, 0.1, "Ada", TestContext.Current.CancellationToken);
        await ((Microsoft.Extensions.Hosting.IHostedService)Desk).StartAsync(TestContext.Current.CancellationToken);
        await using var db = await DbAsync();
        Assert.Equal(DatasetState.Failed, (await db.Set<Dataset>().SingleAsync(d => d.Id == dataset.Id, TestContext.Current.CancellationToken)).State);
    }

    private async Task<Dataset> ImportAsync(ImportRequest request)
    {
        var dataset = await Desk.StartAsync(request, "Ada", TestContext.Current.CancellationToken);
        await Desk.WaitAsync(dataset.Id);
        await using var db = await DbAsync();
        return await db.Set<Dataset>().AsNoTracking().SingleAsync(d => d.Id == dataset.Id, TestContext.Current.CancellationToken);
    }

    private async Task<List<string>> ReadyAsync()
    {
        await using var db = await DbAsync();
        return await db.Set<Dataset>().Where(d => d.State == DatasetState.Ready).Select(d => d.Name).Order().ToListAsync(TestContext.Current.CancellationToken);
    }

    private async Task<string> WriteAsync(string name, string content)
    {
        var folder = Path.Combine(app.DataDir, "given", Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, name);
        await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
        return path;
    }

    private async Task<RecLabDb> DbAsync() => await app.Services.GetRequiredService<IDbContextFactory<RecLabDb>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
}
