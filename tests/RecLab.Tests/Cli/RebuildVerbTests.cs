using RecLab.Cli;
using RecLab.Events;
using RecLab.Tests.Events;
using Xunit;

namespace RecLab.Tests.Cli;

/// <summary>The verb on a log of its own, its server's writer still open.</summary>
public sealed class RebuildVerbTests : IDisposable
{
    private readonly LogBook _book = new();

    public RebuildVerbTests()
    {
        var list = LogBook.List("u1", arm: 1);
        _book.Serve(list);
        _book.TakeAll([_book.Event("click", list), _book.Event("purchase", list, value: 1_999)]);
    }

    public void Dispose() => _book.Dispose();

    private Task<int> RunAsync(params string[] more) => CommandLine.RunAsync(["rebuild", "--data-dir", _book.Folder, .. more]);

    [Fact]
    public async Task Sound_totals_end_with_0_and_stay_as_they_are()
    {
        var before = _book.Totals();
        Assert.Equal(0, await RunAsync());
        Assert.Equal(0, await RunAsync("--write"));
        Assert.Equal(before, _book.Totals());
    }

    [Fact]
    public async Task Totals_that_differ_end_with_1_and_are_replaced_only_when_asked()
    {
        var sound = _book.Totals();
        _book.Execute("UPDATE unit_day SET clicked = 5; DELETE FROM traffic");
        var damaged = _book.Totals();
        Assert.Equal(1, await RunAsync());
        Assert.Equal(damaged, _book.Totals());
        Assert.Equal(0, await RunAsync("--write"));
        Assert.Equal(sound, _book.Totals());
        Assert.Equal(0, await RunAsync());
    }

    [Fact]
    public async Task A_writer_that_stays_open_goes_on_counting_from_the_replaced_totals()
    {
        var list = LogBook.List("u2");
        _book.Serve(list);
        _book.Execute("DELETE FROM mark; DELETE FROM unit_day");
        Assert.Equal(0, await RunAsync("--write"));
        _book.TakeAll([_book.Event("viewable", list), _book.Event("click", list)]);
        Assert.Empty(new FoldProof(_book.Store).Check());
    }

    [Fact]
    public async Task While_another_process_writes_nothing_is_changed_and_reading_still_works()
    {
        var before = _book.Totals();
        using var other = _book.Store.OpenWriter();
        using var transaction = other.BeginTransaction();
        Assert.Equal(0, await RunAsync());
        Assert.Equal(1, await RunAsync("--write"));
        transaction.Rollback();
        Assert.Equal(before, _book.Totals());
    }

    [Fact]
    public async Task Without_a_log_there_is_nothing_to_rebuild()
    {
        var empty = Directory.CreateTempSubdirectory("reclab-empty-").FullName;
        Assert.Equal(2, await CommandLine.RunAsync(["rebuild", "--data-dir", empty]));
        Directory.Delete(empty, recursive: true);
    }
}
