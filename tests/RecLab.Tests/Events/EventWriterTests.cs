using Microsoft.Data.Sqlite;
using RecLab.Events;
using Xunit;

namespace RecLab.Tests.Events;

public sealed class EventWriterTests : IDisposable
{
    private readonly LogBook _book = new();

    public void Dispose() => _book.Dispose();

    private string Counted() => Assert.Single(_book.Rows("SELECT lists, served, rendered, viewable, clicked FROM unit_day"));

    [Fact]
    public void A_click_implies_viewable_and_each_impression_counts_once()
    {
        var list = LogBook.List();
        _book.Serve(list);
        _book.TakeAll([_book.Event("click", list), _book.Event("viewable", list), _book.Event("click", list), _book.Event("viewable", list, "i2"), _book.Event("viewable", list, "i2")]);
        // one list of three; i1 and i2 seen and so rendered, i1 clicked
        Assert.Equal("1 3 2 2 1", Counted());
    }

    [Fact]
    public void Rendering_a_list_renders_every_place()
    {
        var list = LogBook.List();
        _book.Serve(list);
        _book.Take(_book.Event("rendered", list, item: null));
        _book.Take(_book.Event("rendered", list, "i2"));
        Assert.Equal("1 3 3 0 0", Counted());
    }

    [Fact]
    public void The_first_write_of_an_event_id_wins()
    {
        var list = LogBook.List();
        _book.Serve(list);
        var id = Guid.CreateVersion7();
        Assert.Equal(EventStatus.Accepted, _book.Take(_book.Event("viewable", list, "i1", id)).Status);
        Assert.Equal(EventStatus.Duplicate, _book.Take(_book.Event("click", list, "i2", id)).Status);
        _book.Restart();
        Assert.Equal(EventStatus.Duplicate, _book.Take(_book.Event("click", list, "i3", id)).Status);
        Assert.Equal("1 3 1 1 0", Counted());
        Assert.Equal(["viewable i1"], _book.Rows("SELECT type, item FROM event"));
    }

    [Fact]
    public void Impressions_are_distinct_across_restarts_and_across_writers()
    {
        var list = LogBook.List();
        _book.Serve(list);
        _book.Take(_book.Event("click", list));
        _book.Restart();
        _book.Take(_book.Event("click", list));
        using var other = new EventWriter(_book.Store, _book.Sealer, "EUR");
        other.Write([new EventsEntry([_book.Event("viewable", list, "i2")])]);
        _book.Take(_book.Event("viewable", list, "i2"));
        other.Write([new EventsEntry([_book.Event("click", list, "i2")])]);
        Assert.Equal("1 3 2 2 2", Counted());
    }

    [Fact]
    public void A_click_after_midnight_belongs_to_the_day_of_its_list()
    {
        var list = LogBook.List(at: LogBook.Noon + 12 * 3_600_000 - 1_000); // 23:59:59
        _book.Serve(list);
        _book.Take(_book.Event("viewable", list));
        _book.Take(_book.Event("click", list, after: 60_000));
        // 2026-03-01 is day 20,513 since 1970-01-01
        Assert.Equal(["20513 1 1"], _book.Rows("SELECT day, viewable, clicked FROM unit_day"));
    }

    [Theory]
    [InlineData(30 * 60_000, 0, 1)]
    [InlineData(30 * 60_000 + 1, 8, 0)]
    [InlineData(-30 * 60_000, 0, 1)]
    [InlineData(-30 * 60_000 - 1, 8, 0)]
    public void A_click_joins_its_list_within_thirty_minutes_either_way(long after, int flags, int clicked)
    {
        var list = LogBook.List();
        _book.Serve(list);
        Assert.Equal(EventStatus.Accepted, _book.Take(_book.Event("click", list, after: after)).Status);
        Assert.Equal([$"{flags}"], _book.Rows("SELECT flags FROM event"));
        Assert.Equal([$"{clicked}"], _book.Rows("SELECT clicked FROM unit_day"));
    }

    [Fact]
    public void Purchases_count_in_every_arm_that_showed_a_list_in_the_seven_days_before()
    {
        const long day = 86_400_000, week = 7 * day;
        var first = LogBook.List("u1", arm: 1, at: LogBook.Noon);
        var second = LogBook.List("u1", arm: 0, at: LogBook.Noon + day, experiment: 2);
        var others = LogBook.List("u2", arm: 0, at: LogBook.Noon);
        _book.Serve(first, second, others);
        _book.Take(_book.Event("purchase", null, "i9", unit: "u1", after: week, value: 1850));     // both: exactly seven days after the first
        _book.Take(_book.Event("purchase", null, "i9", unit: "u1", after: week + 1, value: 100));  // only the second experiment is recent enough
        _book.Take(_book.Event("add_to_cart", first, "i1", after: 10_000));                        // only the first has shown anything yet
        _book.Take(_book.Event("purchase", null, "i9", unit: "u1", after: -1, value: 7));          // before any list
        _book.Take(_book.Event("purchase", null, "i9", unit: "u3", value: 7));                     // never saw a list
        Assert.Equal(["1 1 0 20513 1 0 0", "1 1 0 20520 0 1 1850"], _book.Rows("SELECT experiment, arm, simulated, day, carts, purchases, revenue FROM unit_day WHERE unit = 'u1' AND experiment = 1 ORDER BY day"));
        Assert.Equal(["20514 0 0", "20520 2 1950"], _book.Rows("SELECT day, purchases, revenue FROM unit_day WHERE unit = 'u1' AND experiment = 2 ORDER BY day"));
        Assert.Equal(["0"], _book.Rows("SELECT sum(purchases) FROM unit_day WHERE unit = 'u2'"));
        Assert.Empty(new FoldProof(_book.Store).Check());
    }

    [Fact]
    public void An_amount_in_another_currency_counts_as_a_purchase_and_adds_no_money()
    {
        var list = LogBook.List();
        _book.Serve(list);
        _book.Take(_book.Event("purchase", list, value: 500) with { Currency = "EUR" });
        _book.Take(_book.Event("purchase", list, value: 900) with { Currency = "USD" });
        Assert.Equal(["2 500"], _book.Rows("SELECT purchases, revenue FROM unit_day"));
    }

    [Fact]
    public void Lists_without_a_named_user_are_kept_and_counted_for_nobody()
    {
        var list = LogBook.List(unit: "", experiment: 0);
        _book.Serve(list);
        _book.Take(_book.Event("click", list));
        Assert.Empty(_book.Rows("SELECT * FROM unit_day"));
        Assert.Empty(_book.Rows("SELECT * FROM interest"));
        Assert.Equal(["1 3 1 1 1"], _book.Rows("SELECT lists, served, rendered, viewable, clicked FROM traffic"));
    }

    [Fact]
    public void A_failed_group_leaves_nothing_behind_and_the_next_one_works()
    {
        var list = LogBook.List();
        _book.Serve(list);
        using (var locker = _book.Store.OpenWriter())
        {
            using var hold = locker.BeginTransaction(System.Data.IsolationLevel.Serializable, deferred: false);
            Assert.Throws<SqliteException>(() => _book.Take(_book.Event("click", list)));
            hold.Rollback();
        }
        _book.Take(_book.Event("click", list, "i2"));
        Assert.Equal("1 3 1 1 1", Counted());
        Assert.Empty(new FoldProof(_book.Store).Check());
    }

    [Fact]
    public void Commits_are_synced_to_disk()
    {
        using var connection = _book.Store.OpenWriter();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT (SELECT journal_mode FROM pragma_journal_mode), (SELECT synchronous FROM pragma_synchronous)";
        using var reader = command.ExecuteReader();
        Assert.True(reader.Read());
        Assert.Equal(("wal", 2L), (reader.GetString(0), reader.GetInt64(1))); // 2 = FULL (sqlite.org/pragma.html#pragma_synchronous)
    }
}
