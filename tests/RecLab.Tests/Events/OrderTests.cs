using RecLab.Events;
using Xunit;

namespace RecLab.Tests.Events;

public sealed class OrderTests
{
    [Fact]
    public void Shuffling_and_replaying_a_whole_log_three_times_changes_no_number()
    {
        using var ordered = new LogBook();
        var (lists, events) = Invent(ordered, seed: 7, lists: 300);
        ordered.Serve(lists);
        foreach (var chunk in events.Chunk(17)) ordered.TakeAll(chunk);
        var expected = ordered.Totals();
        Assert.Contains(expected, row => row.StartsWith("unit 2 ", StringComparison.Ordinal));
        Assert.Empty(new FoldProof(ordered.Store).Check());

        for (var round = 0; round < 3; round++)
        {
            using var shuffled = new LogBook();
            Ask(shuffled);
            var random = new Random(round);
            var (served, sent) = (lists.ToArray(), events.Concat(events).Concat(events).ToArray());
            random.Shuffle(served);
            random.Shuffle(sent);
            foreach (var chunk in served.Chunk(50)) shuffled.Serve(chunk);
            foreach (var chunk in sent.Chunk(23))
            {
                if (random.Next(20) == 0) shuffled.Restart();
                shuffled.TakeAll(chunk);
            }
            Assert.Equal(expected, shuffled.Totals());
            Assert.Empty(new FoldProof(shuffled.Store).Check());
        }
    }

    [Fact]
    public void A_damaged_total_is_found_and_mended_from_the_log()
    {
        using var book = new LogBook();
        var (lists, events) = Invent(book, seed: 3, lists: 60);
        book.Serve(lists);
        book.TakeAll(events);
        var expected = book.Totals();
        book.Execute("UPDATE unit_day SET clicked = clicked + 1 WHERE unit = 'u1'");
        book.Execute("DELETE FROM traffic WHERE variant = 2; DELETE FROM mark; DELETE FROM interest WHERE unit = 'u2'");
        var proof = new FoldProof(book.Store);
        Assert.NotEmpty(proof.Check());
        proof.Rebuild();
        Assert.Empty(proof.Check());
        Assert.Equal(expected, book.Totals());
    }

    [Fact]
    public void A_rebuild_of_sound_totals_changes_no_byte()
    {
        using var book = new LogBook();
        var (lists, events) = Invent(book, seed: 5, lists: 60);
        book.Serve(lists);
        book.TakeAll(events);
        book.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        var path = Path.Combine(book.Folder, "events.db");
        var before = File.ReadAllBytes(path);
        var report = new FoldProof(book.Store).Rebuild();
        book.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        Assert.Equal((0L, 60L), (report.Differing, report.Lists));
        Assert.Equal(book.Totals().Length, report.Totals);
        Assert.True(before.AsSpan().SequenceEqual(File.ReadAllBytes(path)));
    }

    [Theory]
    [InlineData("UPDATE mark SET marks = zeroblob(length(marks))", "mark")]
    [InlineData("UPDATE unit_day SET revenue = revenue + 1 WHERE revenue > 0", "unit_day")]
    [InlineData("UPDATE arm SET last_day = last_day + 1", "arm")]
    [InlineData("DELETE FROM interest", "interest")]
    [InlineData("UPDATE arm_day SET revenue = revenue + 1", "arm_day")]
    [InlineData("UPDATE moment SET yx = yx + 1", "moment")]
    [InlineData("UPDATE age SET yy = yy + 1", "age")]
    [InlineData("DELETE FROM member", "member")]
    [InlineData("UPDATE pair SET y = y + 1", "pair")]
    [InlineData("UPDATE shown SET groups = groups + 1", "shown")]
    [InlineData("UPDATE arm_day SET gain = gain + 1", "arm_day")]
    [InlineData("UPDATE own_day SET value = value + 1", "own_day")]
    [InlineData("UPDATE moment SET yy = yy + 1 WHERE measure >= 100", "moment")]
    [InlineData("UPDATE crossed SET users = users + 1", "crossed")]
    [InlineData("UPDATE spot SET clicked = clicked + 1", "spot")]
    [InlineData("UPDATE traffic SET viewable = 0", "traffic")]
    public void Damage_is_named_by_its_table(string damage, string table)
    {
        using var book = new LogBook();
        var (lists, events) = Invent(book, seed: 3, lists: 150);
        book.Serve(lists);
        book.TakeAll(events);
        book.Execute(damage);
        var report = new FoldProof(book.Store).Examine(most: 3);
        Assert.All(report.Faults, f => Assert.Equal(table, f.Table));
        Assert.Equal(3, report.Faults.Count);
        Assert.True(report.Differing >= 3);
    }

    [Fact]
    public void The_sums_that_are_kept_are_those_added_up_from_every_user()
    {
        using var book = new LogBook();
        var (lists, events) = Invent(book, seed: 11, lists: 400);
        var random = new Random(11);
        random.Shuffle(lists);
        foreach (var chunk in lists.Chunk(20)) book.Serve(chunk);
        foreach (var chunk in events.Chunk(9)) book.TakeAll(chunk);
        var totals = new UnitTotals(book.Store);
        foreach (var scope in new UnitScope[] { new(1, 1, false), new(1, 1, true), new(2, 1, false), new(2, 1, true) })
        {
            UnitMeasure[] measures = [.. UnitMeasure.Kept, .. Asked];
            var (kept, added) = (totals.Read(scope, measures, history: true), totals.AddUp(scope, measures, history: true));
            Assert.Equal(added.Select(a => (a.Arm, a.Total)), kept.Select(a => (a.Arm, a.Total)));
            Assert.Equal(added.SelectMany(a => a.Days), kept.SelectMany(a => a.Days));
            Assert.Equal(added.SelectMany(a => a.Sums.SelectMany(m => m)), kept.SelectMany(a => a.Sums.SelectMany(m => m)));
            Assert.All(Enumerable.Range(0, measures.Length), m => Assert.Contains(kept, a => a.Last(m).Y > 0));
            Assert.Contains(kept, a => a.Last(0).X > 0);
            Assert.Contains(kept, a => a.Last(UnitMeasure.Kept.Count).X > 0);
        }
    }

    [Fact]
    public void A_log_of_an_earlier_version_gets_the_folds_it_lacks()
    {
        using var book = new LogBook();
        var (lists, events) = Invent(book, seed: 3, lists: 60);
        book.Serve(lists);
        book.TakeAll(events);
        var expected = book.Totals();
        book.Execute("DROP TABLE moment; DROP TABLE arm_day; DROP TABLE crossed; DROP TABLE spot; PRAGMA user_version = 0");
        book.Store.Create();
        Assert.Equal(expected, book.Totals());
    }

    [Fact]
    public void A_log_of_version_3_gets_ratings_own_events_and_the_time_to_the_first_click_from_its_events()
    {
        using var book = new LogBook();
        var (lists, events) = Invent(book, seed: 3, lists: 60);
        book.Serve(lists);
        book.TakeAll(events);
        var expected = book.Totals();
        book.Execute("""
            ALTER TABLE unit_day DROP COLUMN ratings; ALTER TABLE unit_day DROP COLUMN stars; ALTER TABLE unit_day DROP COLUMN own;
            ALTER TABLE arm_day DROP COLUMN ratings; ALTER TABLE arm_day DROP COLUMN stars; ALTER TABLE arm_day DROP COLUMN own;
            DELETE FROM moment WHERE measure > 10; DELETE FROM age WHERE measure > 10; DELETE FROM pair WHERE measure > 10; DROP TABLE own_day; PRAGMA user_version = 3
            """);
        book.Store.Create();
        Assert.Equal(expected, book.Totals());
        Assert.Equal(["5"], book.Rows("PRAGMA user_version"));
    }

    [Fact]
    public void A_log_of_version_4_gets_the_digits_that_its_sums_of_squares_had_lost()
    {
        using var book = new LogBook();
        var (lists, events) = Invent(book, seed: 3, lists: 60);
        book.Serve(lists);
        book.TakeAll(events);
        var expected = book.Totals();
        book.Execute(string.Concat(ExactSums.Columns.Split(", ").Select(c => $"ALTER TABLE moment DROP COLUMN {c};"))
            + string.Concat(new[] { "age", "pair" }.SelectMany(t => new[] { "yy", "yd", "dd" }.Select(c => $"ALTER TABLE {t} DROP COLUMN {c}_high;"))) + "PRAGMA user_version = 4");
        book.Store.Create();
        Assert.Equal(expected, book.Totals());
        Assert.Empty(new FoldProof(book.Store).Check());
    }

    [Fact]
    public void A_log_of_version_1_without_list_traits_gets_the_columns_and_keeps_its_lists()
    {
        using var book = new LogBook();
        var (lists, events) = Invent(book, seed: 3, lists: 60);
        book.Serve([.. lists.Select(l => l with { Head = null, Variety = null })]);
        book.TakeAll(events);
        var expected = book.Totals();
        book.Execute("ALTER TABLE recommendation DROP COLUMN head; ALTER TABLE recommendation DROP COLUMN variety; ALTER TABLE unit_day DROP COLUMN gain; DROP TABLE pair; PRAGMA user_version = 1");
        book.Store.Create();
        Assert.Equal(expected, book.Totals());
        book.Restart();
        book.Serve(LogBook.List("late"));
        Assert.Equal(["1 100"], book.Rows("SELECT head, variety / 3 FROM recommendation WHERE unit = 'late'"));
        Assert.Empty(new FoldProof(book.Store).Check());
    }

    [Fact]
    public void Sums_of_users_shared_by_experiments_are_those_added_up_from_every_user()
    {
        using var book = new LogBook();
        var (lists, events) = Invent(book, seed: 13, lists: 400);
        new Random(13).Shuffle(lists);
        foreach (var chunk in lists.Chunk(20)) book.Serve(chunk);
        foreach (var chunk in events.Chunk(9)) book.TakeAll(chunk);
        // per user shown lists by both: the totals in experiment 1 by its arm, and the first of the arms of experiment 2
        var added = book.Rows("""
            SELECT o.arm, x.arm, count(*), total(o.clicked), total(o.viewable), total(o.clicked * o.clicked), total(o.clicked * o.viewable), total(o.viewable * o.viewable)
            FROM (SELECT arm, unit, sum(clicked) clicked, sum(viewable) viewable FROM unit_day WHERE experiment = 1 AND simulated = 0 GROUP BY arm, unit HAVING sum(lists) > 0) o
            JOIN (SELECT unit, min(arm) arm FROM unit_day WHERE experiment = 2 AND simulated = 0 AND lists > 0 GROUP BY unit) x ON x.unit = o.unit GROUP BY 1, 2 ORDER BY 1, 2
            """);
        Assert.NotEmpty(added);
        Assert.Equal(added, new SharedUsers(book.Store).Read(new(1, 1, false), 2, 1, UnitMeasure.ClickThrough).OrderBy(c => c.Key)
            .Select(c => FormattableString.Invariant($"{c.Key.Own} {c.Key.Other} {c.Value.Units} {c.Value.Y} {c.Value.D} {c.Value.YY} {c.Value.YD} {c.Value.DD}")));
    }

    [Fact]
    public void Money_adds_up_in_whole_minor_units()
    {
        using var book = new LogBook();
        var list = LogBook.List("buyer");
        book.Serve(list);
        // beyond 2^53 a floating-point sum would lose units
        foreach (var chunk in Enumerable.Range(0, 1_000).Chunk(250)) book.TakeAll([.. chunk.Select(_ => book.Event("purchase", list, value: 7))]);
        book.TakeAll([book.Event("purchase", list, value: 9_007_199_254_740_992)]);
        Assert.Equal(["integer 9007199254747992"], book.Rows("SELECT typeof(revenue), revenue FROM unit_day WHERE unit = 'buyer'"));
        Assert.Equal(0, new FoldProof(book.Store).Rebuild().Differing);
        Assert.Equal(["integer 9007199254747992"], book.Rows("SELECT typeof(revenue), revenue FROM unit_day WHERE unit = 'buyer'"));
    }

    /// <summary>What both experiments ask for: the shop's own events in every aspect, capped and not, and caps on what is kept anyhow.</summary>
    private static readonly UnitMeasure[] Asked =
    [
        UnitMeasure.Of("save", OwnAspect.Count), UnitMeasure.Of("save", OwnAspect.Users), UnitMeasure.Of("save", OwnAspect.Mean), UnitMeasure.Of("save", OwnAspect.Total), UnitMeasure.Of("dwell", OwnAspect.Mean),
        UnitMeasure.Of("save", OwnAspect.Count).CappedAt(1), UnitMeasure.Of("save", OwnAspect.Total).CappedAt(2_500), UnitMeasure.Clicks.CappedAt(2), UnitMeasure.Revenue.CappedAt(3_000), UnitMeasure.TimeToClick.CappedAt(200),
    ];

    private static void Ask(LogBook book)
    {
        Assert.True(book.Ask(1, Asked));
        Assert.True(book.Ask(2, Asked));
    }

    /// <summary>Some days of two experiments and traffic outside them: duplicates, clicks without views, late and misdated ones, purchases.</summary>
    private static (Exposure[] Lists, ReceivedEvent[] Events) Invent(LogBook book, int seed, int lists)
    {
        Ask(book);
        var random = new Random(seed);
        List<Exposure> served = [];
        List<ReceivedEvent> sent = [];
        for (var i = 0; i < lists; i++)
        {
            var unit = random.Next(12) == 0 ? "" : $"u{random.Next(25)}";
            var list = LogBook.List(unit, arm: random.Next(2), items: 1 + random.Next(8), at: LogBook.Noon + random.NextInt64(4 * 86_400_000L), simulated: random.Next(3) == 0, experiment: unit.Length == 0 ? 0 : random.Next(3));
            served.Add(list);
            for (var e = random.Next(10); e > 0; e--)
            {
                var type = new[] { "rendered", "viewable", "viewable", "click", "add_to_cart", "purchase", "dismiss", "rating", "custom:save", "custom:dwell" }[random.Next(10)];
                var item = type == "rendered" && random.Next(2) == 0 ? null : $"i{1 + random.Next(list.Items.Count)}";
                var flags = random.Next(8) switch { 0 => EventFlags.Late, 1 => EventFlags.Stale, _ => EventFlags.None };
                sent.Add(book.Event(type, list, item, after: random.NextInt64(-60_000, 40 * 60_000), value: type switch { "purchase" => random.Next(5_000), "rating" => random.Next(7) / 2.0, "custom:save" when random.Next(3) > 0 => random.Next(-2_000, 4_000) / 1_024.0, "custom:dwell" => random.Next(300), _ => null }, flags: flags));
            }
            if (unit.Length > 0 && random.Next(4) == 0)
                sent.Add(book.Event("purchase", null, "i1", unit: unit, after: random.NextInt64(10 * 86_400_000L), value: random.Next(5_000)) with { Simulated = list.Simulated });
        }
        return ([.. served], [.. sent]);
    }
}
