using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Operations;
using RecLab.Storage;
using RecLab.Tests.Access;
using Xunit;

namespace RecLab.Tests.Operations;

public sealed class BackupTests : IAsyncDisposable
{
    private readonly RecLabApp _app = new();
    private readonly string _home = Directory.CreateTempSubdirectory("reclab-backup-").FullName;
    private Backup Backup => _app.Services.GetRequiredService<Backup>();
    private HostPaths Paths => _app.Services.GetRequiredService<HostPaths>();

    [Fact]
    public async Task A_copy_taken_while_rows_are_written_is_whole_and_holds_every_row_acknowledged_before_it()
    {
        var audit = _app.Services.GetRequiredService<Audit>();
        for (var i = 0; i < 50; i++) await audit.WriteAsync("test", "before", $"{i}", cancellation: TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        var written = 0;
        var writing = Task.Run(async () => { while (!stop.IsCancellationRequested) { await audit.WriteAsync("test", "meanwhile"); written++; } }, TestContext.Current.CancellationToken);
        var report = await Backup.TakeAsync(_home, cancellation: TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await writing;
        Assert.Equal(50, Scalar(report, "SELECT count(*) FROM audit WHERE Action = 'before'"));
        Assert.InRange(Scalar(report, "SELECT count(*) FROM audit WHERE Action = 'meanwhile'"), 0, written);
        Assert.Equal(Scalar(report, "SELECT count(*) FROM audit"), report.Rows["reclab.db/audit"]);
        Assert.Equal("ok", Ask(report, "PRAGMA integrity_check"));
    }

    [Fact]
    public async Task Events_acknowledged_before_a_backup_under_load_are_in_the_restored_files_and_counted_the_same()
    {
        await using var shop = new Doors.ShopApp();
        await shop.OpenAsync();
        List<string> before = [];
        for (var user = 0; user < 10; user++) before.AddRange(await VisitAsync(shop, user));
        using var stop = new CancellationTokenSource();
        var visits = Task.Run(async () => { for (var user = 10; !stop.IsCancellationRequested; user++) await VisitAsync(shop, user); }, TestContext.Current.CancellationToken);
        var report = await shop.Get<Backup>().TakeAsync(_home, cancellation: TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await visits;

        await using var restored = new Doors.ShopApp();
        foreach (var file in report.Files)
        {
            var to = Path.Combine(restored.DataDir, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(Path.Combine(report.Folder, file.Path), to, overwrite: true);
        }
        restored.CreateClient().Dispose(); // starts on them
        Assert.Equal(report.Rows["events.db/event"], long.Parse(restored.Rows("SELECT count(*) FROM event").Single(), System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(report.Rows["events.db/recommendation"], long.Parse(restored.Rows("SELECT sum(lists) FROM unit_day").Single(), System.Globalization.CultureInfo.InvariantCulture)); // what is counted is what is logged
        Assert.Empty(before.Except(restored.Rows("SELECT hex(id) FROM event")));
        Assert.Empty(restored.Get<RecLab.Events.FoldProof>().Check());

        static async Task<string[]> VisitAsync(Doors.ShopApp shop, int user)
        {
            var list = await shop.ListAsync($"placement=home&user=v{user}&n=3");
            var ids = new[] { Guid.CreateVersion7(), Guid.CreateVersion7() };
            await shop.SendAsync(Doors.ShopApp.Event("viewable", list, 0, $"v{user}", $"{ids[0]}"), Doors.ShopApp.Event("click", list, 1, $"v{user}", $"{ids[1]}"));
            return [.. ids.Select(id => Convert.ToHexString(RecLab.Events.EventIds.Bytes(id)))];
        }
    }

    [Fact]
    public async Task Data_sets_and_artifacts_are_in_it_and_every_hash_is_right()
    {
        var artifact = Path.Combine(Paths.Artifacts, "run-1", "model.safetensors");
        Directory.CreateDirectory(Path.GetDirectoryName(artifact)!);
        await File.WriteAllBytesAsync(artifact, [1, 2, 3], TestContext.Current.CancellationToken);
        var report = await Backup.TakeAsync(_home, cancellation: TestContext.Current.CancellationToken);
        Assert.Contains(report.Files, f => f.Path == "artifacts/run-1/model.safetensors" && f.Bytes == 3);
        Assert.DoesNotContain(report.Files, f => f.Path.StartsWith("keys", StringComparison.Ordinal));
        foreach (var file in report.Files)
            Assert.Equal(file.Sha256, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(report.Folder, file.Path), TestContext.Current.CancellationToken))));
        Assert.Equal(report.Files, Assert.Single(await Backup.ListAsync(_home, TestContext.Current.CancellationToken)).Files);
    }

    [Fact]
    public async Task A_server_on_the_restored_files_knows_the_same_people()
    {
        await _app.Services.GetRequiredService<PeopleDesk>().CreateAsync("mara@example.com", "Mara", Browsing.Password, Roles.Administrator);
        var report = await Backup.TakeAsync(_home, cancellation: TestContext.Current.CancellationToken);
        await using var restored = new RecLabApp();
        foreach (var file in report.Files) File.Copy(Path.Combine(report.Folder, file.Path), Path.Combine(restored.DataDir, file.Path), overwrite: true);
        using var answer = await restored.Browser().SignInAsync("mara@example.com", Browsing.Password);
        Assert.Equal(System.Net.HttpStatusCode.Redirect, answer.StatusCode);
    }

    [Fact]
    public async Task One_that_is_given_up_leaves_nothing_behind()
    {
        Directory.CreateDirectory(Paths.Artifacts);
        await File.WriteAllBytesAsync(Path.Combine(Paths.Artifacts, "model"), [1], TestContext.Current.CancellationToken);
        using var given = new CancellationTokenSource();
        var upToFiles = new Progress(what => { if (what.StartsWith("copy reclab.db", StringComparison.Ordinal)) given.Cancel(); });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Backup.TakeAsync(_home, upToFiles, given.Token));
        Assert.Empty(Directory.GetFileSystemEntries(_home));
    }

    private static long Scalar(BackupReport report, string sql) => (long)Ask(report, sql);

    private static object Ask(BackupReport report, string sql)
    {
        using var db = new SqliteConnection($"Data Source={Path.Combine(report.Folder, "reclab.db")};Mode=ReadOnly;Pooling=False");
        db.Open();
        using var command = db.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()!;
    }

    private sealed class Progress(Action<string> told) : IProgress<(string What, double Fraction)>
    {
        public void Report((string What, double Fraction) value) => told(value.What);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }
}
