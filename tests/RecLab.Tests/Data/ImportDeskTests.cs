using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Data;
using RecLab.Recommenders.Data.Import;
using RecLab.Recommenders.Evaluation;
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
    [InlineData("broken.jsonl", "{\"user\": \"a\", \"item\":\n", "half an object")]
    [InlineData("array.json", "[{\"user\": \"a\", \"item\": \"b\"}]\n", "one JSON array")]
    [InlineData("x.inter", "user_id:token\titem_id:token\trating:float\na\tb\tnan\n", "no finite ratings")]
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

    [Theory]
    [InlineData("one row", "u,i,3,1000\n", 1, 1, 1)]
    [InlineData("one user", "u,a,3,1000\nu,b,3,1001\nu,c,3,1002\n", 1, 3, 3)]
    [InlineData("one item", "a,i,3,1000\nb,i,3,1001\nc,i,3,1002\n", 3, 1, 3)]
    [InlineData("all the same rating", "a,x,3,1000\na,y,3,1000\nb,x,3,1000\nb,y,3,1000\n", 2, 2, 4)]
    public async Task A_data_set_without_variety_is_one_and_has_a_page(string kind, string rows, int users, int items, int count)
    {
        var dataset = await ImportAsync(new($"bare {kind}", await WriteAsync("bare.csv", "user,item,rating,timestamp\n" + rows)));
        Assert.Equal((DatasetState.Ready, users, items, (long)count), (dataset.State, dataset.Users, dataset.Items, dataset.Rows));
        var data = await app.Services.GetRequiredService<DatasetShelf>().OpenAsync(dataset.Id, TestContext.Current.CancellationToken);
        var profile = DatasetProfile.Of(data, dataset.Plan());
        Assert.True(double.IsFinite(profile.Gini) && double.IsFinite(profile.Density) && double.IsFinite(profile.MedianPerUser));
        Assert.Equal(count, profile.Train + profile.Validation + profile.Test + profile.Hidden);
    }

    [Theory]
    [InlineData(SplitKind.LeaveOneOut, "last-20")]
    [InlineData(SplitKind.Random, "random-10-10-20-seed7")]
    [InlineData(SplitKind.GlobalTime, "moment-10-10-20")]
    [InlineData(SplitKind.ColdUsers, "coldusers-30-10-20-seed7")]
    [InlineData(SplitKind.ColdItems, "colditems-30-20-seed7")]
    public async Task A_data_set_is_cut_as_it_was_asked_for(SplitKind kind, string key)
    {
        var rows = string.Concat(Enumerable.Range(0, 400).Select(i => $"u{i % 20},i{i * 7 % 33},1,{1_600_000_000 + i}\n"));
        var dataset = await ImportAsync(new($"cut {kind}", await WriteAsync("cut.csv", "user,item,rating,timestamp\n" + rows)) { HiddenShare = 0.2, Cut = new(kind) { Cold = 0.3, Seed = 7 } });
        Assert.Equal((DatasetState.Ready, null, key), (dataset.State, dataset.Error, CutWords.Key(dataset.Plan())));
        var data = await app.Services.GetRequiredService<DatasetShelf>().OpenAsync(dataset.Id, TestContext.Current.CancellationToken);
        var split = new SplitPlan(kind) { Cold = 0.3, Seed = 7, Hidden = 0.2 }.Cut(data);
        var profile = DatasetProfile.Of(data, dataset.Plan());
        Assert.Equal([split.Train.Count, split.Validation.Count, split.Test.Count, split.Hidden.Count, .. split.Context.Count == 0 ? Array.Empty<int>() : [split.Context.Count]], profile.Slices.Select(s => s.Rows));
        Assert.Equal((400, kind == SplitKind.ColdUsers), (profile.Slices.Sum(s => s.Rows), profile.Slices.Count == 5));
    }

    [Fact]
    public async Task A_cut_that_the_rows_do_not_bear_imports_nothing()
    {
        var before = await ReadyAsync();
        var timeless = await ImportAsync(new("timeless", await WriteAsync("timeless.csv", "user,item\na,b\na,c\nb,c\n")) { Cut = new(SplitKind.GlobalTime) });
        Assert.Equal((DatasetState.Failed, "A cut at one moment for everybody needs times, and this data set has none: the order of its rows says nothing across users."), (timeless.State, timeless.Error));
        var single = await ImportAsync(new("single", await WriteAsync("single.csv", "user,item,time\na,b,1600000000\nb,c,1600000001\n")) { Cut = new(SplitKind.LeaveOneOut) });
        Assert.StartsWith("The data set cannot be cut so: nothing is left to test.", single.Error, StringComparison.Ordinal);
        var good = await WriteAsync("good.csv", "user,item\na,b\nc,d\n");
        Assert.Contains("above 0", (await Assert.ThrowsAsync<ImportRefusedException>(() => Desk.StartAsync(new("untested", good) { Cut = new() { Test = 0 } }, "Ada", TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);
        Assert.Equal(before, await ReadyAsync());
    }

    [Theory]
    [InlineData("-1", "before 1970-01-01")]
    [InlineData("-99999999999999999999", "unix")]
    [InlineData("4102444800", "in the future")] // 2100-01-01
    [InlineData("999999999999999999999999", "unix")]
    public async Task Impossible_times_are_refused_by_line_and_the_rest_is_imported(string time, string rule)
    {
        var rows = string.Concat(Enumerable.Range(0, 20).Select(i => $"u{i % 3},i{i},1,{1_600_000_000 + i}\n"));
        var dataset = await ImportAsync(new($"times {time}", await WriteAsync("times.csv", $"user,item,rating,timestamp\n{rows}u,i,1,{time}\n")));
        Assert.Equal((DatasetState.Ready, 20L), (dataset.State, dataset.Rows));
        var refusal = DatasetWriter.ReportOf(dataset)!.Refusals.Single();
        Assert.Contains(rule, refusal.Rule, StringComparison.Ordinal);
        Assert.Equal(22, refusal.Lines.Single().Line);
    }

    [Fact]
    public async Task An_archive_that_leads_out_of_itself_is_refused_and_writes_nothing()
    {
        var path = await WriteAsync("escape.zip", "");
        using (var archive = new System.IO.Compression.ZipArchive(File.Create(path), System.IO.Compression.ZipArchiveMode.Create))
            foreach (var name in new[] { "ratings.csv", "../../../escaped.csv" })
                await using (var entry = archive.CreateEntry(name).Open()) await entry.WriteAsync("user,item\na,b\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var dataset = await ImportAsync(new("escape", path));
        Assert.Equal(DatasetState.Failed, dataset.State);
        Assert.EndsWith("leads out of the archive.", dataset.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(app.DataDir, "escaped.csv", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_crowd_on_one_item_is_a_data_set()
    {
        // Ten million in the nightly run, as in the list of hostile files; a fiftieth of it otherwise.
        var people = Environment.GetEnvironmentVariable("RECLAB_NIGHTLY") == "1" ? 10_000_000 : 200_000;
        var path = await WriteAsync("crowd.csv", "");
        await using (var writer = new StreamWriter(path))
        {
            await writer.WriteAsync("user,item\n");
            for (var i = 0; i < people; i++) writer.Write($"visitor-{i},only\n");
        }
        var dataset = await ImportAsync(new("crowd", path));
        Assert.Equal((DatasetState.Ready, null, people, 1, (long)people), (dataset.State, dataset.Error, dataset.Users, dataset.Items, dataset.Rows));
    }

    [Fact]
    public async Task Cleaning_is_applied_and_reported_and_rules_that_leave_nothing_leave_no_data_set()
    {
        var path = await WriteAsync("clean.csv", "user,item,rating\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"u{i % 6},i{i % 10},{i % 5 + 1}\n")) + "lonely,i0,5\n");
        var dataset = await ImportAsync(new("cleaned", path) { Cleaning = new() { PositiveFrom = 4, MinPerUser = 2 } });
        var steps = DatasetWriter.ReportOf(dataset)!.Steps;
        Assert.Equal([(61L, 36L, 25L), (25L, 1L, 24L)], steps.Select(s => (s.Before, s.Dropped, s.After)));
        Assert.Equal((DatasetState.Ready, 24L, 6), (dataset.State, dataset.Rows, dataset.Users));
        var nothing = await ImportAsync(new("cleaned away", path) { Cleaning = new() { PositiveFrom = 6 } });
        Assert.Equal((DatasetState.Failed, ""), (nothing.State, nothing.Folder));
        Assert.Contains("Cleaning leaves nothing", nothing.Error, StringComparison.Ordinal);
        Assert.Contains("1 and 1,000,000", (await Assert.ThrowsAsync<ImportRefusedException>(() => Desk.StartAsync(new("core", path) { Cleaning = new() { MinPerUser = 0 } }, "Ada", TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);
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
