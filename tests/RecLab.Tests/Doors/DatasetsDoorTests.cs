using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using RecLab.Data;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Doors;

/// <summary>Data sets by API: sent, looked at, imported, watched, stopped; and files that mean no good.</summary>
public sealed class DatasetsDoorTests(ManagementTests.Quiet app) : IClassFixture<ManagementTests.Quiet>, IAsyncLifetime
{
    private static readonly SemaphoreSlim Once = new(1, 1);
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await Once.WaitAsync();
        try { await app.OpenAsync(); }
        finally { Once.Release(); }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(string method, string path, object? body = null, string? once = null, HttpClient? with = null)
    {
        using var own = app.Backend();
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v1" + path) { Content = body switch { null => null, byte[] file => new ByteArrayContent(file), _ => JsonContent.Create(body) } };
        if (once is not null) request.Headers.Add("Idempotency-Key", once);
        using var answer = await (with ?? own).SendAsync(request, Cancellation);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).RootElement);
    }

    private async Task<string> UploadAsync(byte[] file, string name = "ratings.csv")
    {
        var (status, body) = await SendAsync("POST", $"/datasets:upload?name={Uri.EscapeDataString(name)}", file);
        Assert.True(status == HttpStatusCode.OK, body.GetRawText());
        Assert.Equal(file.Length, body.GetProperty("bytes").GetInt64());
        return body.GetProperty("upload").GetString()!;
    }

    private static byte[] Csv(int rows, int wrong = 0) => Encoding.UTF8.GetBytes("customer;sku;stars;day\n" + string.Concat(Enumerable.Range(0, rows).Select(r => $"u{r % 50};i{r % 37};{1 + r % 5};2024-05-{1 + r % 28:00}\n")) + string.Concat(Enumerable.Repeat("u1;i1;many;2024-05-01\n", wrong)));

    private static readonly object Columns = new { user = "customer", item = "sku", value = "stars", time = "day", delimiter = ";" };

    private static byte[] Zip(params (string Name, byte[] Content)[] files)
    {
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in files)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        return packed.ToArray();
    }

    [Fact]
    public async Task A_file_is_sent_looked_at_imported_once_and_deleted()
    {
        var upload = await UploadAsync(Csv(1_000, wrong: 3));
        var (_, look) = await SendAsync("POST", "/datasets:validate", new { upload });
        Assert.Equal(("customer", "u0"), (look.GetProperty("rows")[0][0].GetString(), look.GetProperty("rows")[1][0].GetString()));
        var (_, lines) = await SendAsync("POST", "/datasets:validate", new { upload, lines = true, columns = Columns });
        var report = lines.GetProperty("report");
        Assert.Equal((1_003, 1_000, 3), (report.GetProperty("lines").GetInt64(), report.GetProperty("accepted").GetInt64(), report.GetProperty("refusals")[0].GetProperty("count").GetInt64()));
        Assert.Equal(1_002, report.GetProperty("refusals")[0].GetProperty("lines")[0].GetProperty("line").GetInt64()); // the heading is line 1

        var wish = new { name = "By API", upload, columns = Columns, cleaning = new { repeats = "newest" }, hiddenShare = 0.2, cut = new { kind = "random", test = 0.15, seed = 7 } };
        var (status, begun) = await SendAsync("POST", "/datasets", wish, once: "may");
        Assert.True(status == HttpStatusCode.OK, begun.GetRawText());
        var id = begun.GetProperty("id").GetInt32();
        Assert.Equal(id, (await SendAsync("POST", "/datasets", wish, once: "may")).Body.GetProperty("id").GetInt32());
        await app.Get<ImportDesk>().WaitAsync(id);
        var (_, there) = await SendAsync("GET", $"/datasets/{id}");
        // 50 users, 37 items, 1,000 rows: row r and row r + 1,850 (50 x 37, coprime) would be the first of one pair to come again
        Assert.Equal(("ready", 50, 37, 1_000), (there.GetProperty("state").GetString(), there.GetProperty("users").GetInt32(), there.GetProperty("items").GetInt32(), there.GetProperty("rows").GetInt64()));
        Assert.Equal("random-10-15-20-seed7", there.GetProperty("cut").GetString());
        Assert.Equal(3, there.GetProperty("report").GetProperty("refusals")[0].GetProperty("count").GetInt64());
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("POST", "/datasets", new { name = "Again", upload })).Status); // it was imported, and is gone
        Assert.Empty(Directory.Exists(app.Get<ImportDesk>().Uploads) ? Directory.GetFileSystemEntries(app.Get<ImportDesk>().Uploads, upload) : []);

        await app.Get<VariantDesk>().CreateAsync(new VariantDraft { Key = "on-api", Name = "on-api", Family = "popularity", DatasetId = id }, "test");
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync("DELETE", $"/datasets/{id}")).Status); // something needs it
        var (_, other) = await SendAsync("POST", "/datasets", new { name = "By API", upload = await UploadAsync(Csv(10)), columns = Columns });
        Assert.Contains("There is already a data set", other.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_too_many_imports_wait_another_is_told_when_to_come_again_and_its_file_is_kept()
    {
        var upload = await UploadAsync(Csv(100));
        var places = Enumerable.Range(0, 20).Select(_ => app.Get<ImportQueue>().Enter(0)).ToArray();
        try
        {
            using var client = app.Backend();
            using var refused = await client.PostAsJsonAsync("/api/v1/datasets", new { name = "Queued", upload, columns = Columns }, Cancellation);
            Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromMinutes(1)), (refused.StatusCode, refused.Headers.RetryAfter!.Delta));
            Assert.Equal("20 imports are under way or waiting, and no more may. Come again when one of them is done.", (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("detail").GetString());
        }
        finally
        {
            foreach (var place in places) place.Dispose();
        }
        var (status, begun) = await SendAsync("POST", "/datasets", new { name = "Queued", upload, columns = Columns });
        Assert.True(status == HttpStatusCode.OK, begun.GetRawText());
        await app.Get<ImportDesk>().WaitAsync(begun.GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task An_upload_whose_name_is_taken_is_kept_for_another_and_belongs_to_its_key_alone()
    {
        var upload = await UploadAsync(Csv(100));
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync("POST", "/datasets", new { name = "shop", upload, columns = Columns })).Status);
        var (_, key) = await app.Get<RecLab.Access.KeyDesk>().CreateAsync("test", "stranger", RecLab.Access.ApiKeyKind.Secret, []);
        using var stranger = app.CreateClient();
        stranger.DefaultRequestHeaders.Authorization = new("Bearer", key);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("POST", "/datasets:validate", new { upload }, with: stranger)).Status);
        var (status, begun) = await SendAsync("POST", "/datasets", new { name = "Another name", upload, columns = Columns });
        Assert.Equal(HttpStatusCode.OK, status);
        var id = begun.GetProperty("id").GetInt32();
        await app.Get<ImportDesk>().WaitAsync(id);
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync("POST", $"/datasets/{id}:cancel")).Status); // it is over
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("DELETE", $"/datasets/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("GET", $"/datasets/{id}")).Status);
    }

    [Fact]
    public async Task An_import_that_is_stopped_leaves_nothing_and_gives_its_name_back()
    {
        var (_, first) = await SendAsync("POST", "/datasets", new { name = "stopped", upload = await UploadAsync(Csv(400_000)), columns = Columns });
        var id = first.GetProperty("id").GetInt32();
        Assert.Equal("importing", first.GetProperty("state").GetString());
        Assert.InRange(first.GetProperty("progress").GetProperty("fraction").GetDouble(), 0, 1);
        var (status, gone) = await SendAsync("POST", $"/datasets/{id}:cancel");
        Assert.True(status == HttpStatusCode.OK && gone.GetProperty("gone").GetBoolean(), gone.GetRawText());
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("GET", $"/datasets/{id}")).Status);
        var (again, second) = await SendAsync("POST", "/datasets", new { name = "stopped", upload = await UploadAsync(Csv(20)), columns = Columns });
        Assert.Equal(HttpStatusCode.OK, again);
        await app.Get<ImportDesk>().WaitAsync(second.GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task A_hostile_archive_is_refused_with_a_sentence_and_nothing_leaves_its_folder()
    {
        var leads = await UploadAsync(Zip(("../../escaped.csv", Csv(10))), "leads.zip");
        var (status, body) = await SendAsync("POST", "/datasets:validate", new { upload = leads });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "/upload"), (status, body.GetProperty("errors")[0].GetProperty("pointer").GetString()));
        var bomb = await UploadAsync(Zip(("ratings.csv", new byte[300 << 20])), "bomb.zip");
        var (_, begun) = await SendAsync("POST", "/datasets", new { name = "bomb", upload = bomb, columns = Columns });
        var id = begun.GetProperty("id").GetInt32();
        await app.Get<ImportDesk>().WaitAsync(id);
        var (_, failed) = await SendAsync("GET", $"/datasets/{id}");
        Assert.Equal("failed", failed.GetProperty("state").GetString());
        Assert.DoesNotContain(app.DataDir, failed.GetRawText(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(app.DataDir, "escaped*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("../../../etc/cron.d/x.csv")]
    [InlineData("C:\\windows\\system32\\x.csv")]
    [InlineData("/etc/passwd")]
    [InlineData("x.csv:stream")]
    public async Task A_name_never_chooses_where_the_file_lies(string name)
    {
        var upload = await UploadAsync(Csv(5), name);
        var file = Assert.Single(Directory.GetFiles(Path.Combine(app.Get<ImportDesk>().Uploads, upload)));
        Assert.Equal(UploadBox.Safe(name), Path.GetFileName(file));
        Assert.DoesNotContain(file[app.DataDir.Length..], c => c is ':' or '\\');
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a\0b")]
    public async Task A_name_that_is_none_is_refused(string name) =>
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SendAsync("POST", $"/datasets:upload?name={Uri.EscapeDataString(name)}", Csv(1))).Status);

    [Fact]
    public async Task What_is_wrong_with_a_wish_is_told_field_by_field()
    {
        var upload = await UploadAsync(Csv(5));
        var (status, body) = await SendAsync("POST", "/datasets", new { name = "x", upload, layout = "stone", hiddenShare = 0.9, columns = new { user = "a", delimiter = "ab", timeFormat = "sundial" }, cleaning = new { repeats = "never", minPerUser = 0 } });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Equal(["/cleaning/minPerUser", "/cleaning/repeats", "/columns/delimiter", "/columns/item", "/columns/timeFormat", "/hiddenShare", "/layout"],
            body.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("pointer").GetString()!).Order(StringComparer.Ordinal));
        var (_, uncut) = await SendAsync("POST", "/datasets", new { name = "x", upload, cut = new { kind = "fold", seed = 0.5, test = 0.7 } });
        Assert.Equal(["/cut", "/cut/kind", "/cut/seed"], uncut.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("pointer").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await PackedAsync());

        async Task<HttpStatusCode> PackedAsync()
        {
            using var client = app.Backend();
            using var content = new ByteArrayContent(Csv(5)) { Headers = { ContentEncoding = { "gzip" } } };
            using var answer = await client.PostAsync("/api/v1/datasets:upload?name=a.csv", content, Cancellation);
            return answer.StatusCode;
        }
    }
}
