using RecLab.Events;
using RecLab.Statistics.Interleaving;
using Xunit;

namespace RecLab.Tests.Events;

/// <summary>Who gave the arms of interleaved lists their clicks, as the writer keeps it.</summary>
public sealed class CreditsTests
{
    private const long Day = 86_400_000;

    private static Exposure List(string unit, int[] owners, int teams = 2, long at = LogBook.Noon) =>
        LogBook.List(unit, items: owners.Length, at: at) with { Teams = new(teams, owners), AssignedWith = 1 };

    private static string[] Stored(LogBook book) =>
    [
        .. book.Rows("SELECT 'credit', unit, day, team, shown, viewable, clicked FROM credit ORDER BY experiment, phase, simulated, unit, day, team"),
        .. book.Rows("SELECT 'team', team, day, firsts, shown, viewable, clicked, wins, losses, ties FROM team_day ORDER BY experiment, phase, simulated, team, day"),
        .. book.Rows("SELECT 'standing', team, day, mine, theirs, users FROM standing ORDER BY experiment, phase, simulated, team, day, mine, theirs"),
    ];

    [Fact]
    public void A_click_is_credited_to_the_arm_that_placed_the_item()
    {
        using var book = new LogBook();
        var list = List("u1", [1, 0, 0]);
        book.Serve(list);
        book.Take(book.Event(EventTypes.Viewable, list, "i2"));
        book.Take(book.Event(EventTypes.Click, list, "i1"));
        book.Take(book.Event(EventTypes.Click, list, "i1")); // the same item of the same list again: one credit
        var day = EventTimes.DayOf(LogBook.Noon);
        Assert.Equal(
        [
            $"credit u1 {day} 0 2 1 0", $"credit u1 {day} 1 1 1 1",
            $"team 0 {day} 0 2 1 0 0 0 0", $"team 1 {day} 1 1 1 1 1 0 0",
            $"standing 1 {day} 1 0 1",
        ], Stored(book));
        book.Take(book.Event(EventTypes.Click, list, "i3")); // one each: the list that arm 1 won is a tie now
        Assert.Contains($"team 1 {day} 1 1 1 1 0 0 1", Stored(book));
        Assert.Equal([$"standing 1 {day} 1 1 1"], Stored(book).Where(r => r.StartsWith("standing", StringComparison.Ordinal)));
        Assert.Empty(new FoldProof(book.Store).Check());
        Assert.Equal("2100 1", Assert.Single(book.Rows("SELECT teams, assigned_with FROM recommendation")));
    }

    /// <summary>One visitor with 3,000 lists that all begin with the second arm and a click on each, beside 200 users with a list each, drawn evenly.</summary>
    [Fact]
    public void In_the_draws_every_user_counts_once_however_many_lists_they_ask_for()
    {
        using var book = new LogBook();
        foreach (var chunk in Enumerable.Range(0, 3000).Select(_ => List("machine", [1, 0])).Chunk(500))
        {
            book.Serve(chunk);
            book.TakeAll([.. chunk.Select(l => book.Event(EventTypes.Click, l, "i1"))]);
        }
        book.Serve([.. Enumerable.Range(0, 200).Select(u => List($"u{u}", u % 2 == 0 ? [0, 1] : [1, 0]))]);
        var totals = new TeamTotals(book.Store).Read(new(1, 1, false), 2);
        Assert.Equal((3100L, 201L), (totals.Teams[1].Firsts, totals.Draws!.Users));
        Assert.Equal(101 / 201.0, totals.Draws.Shares[1], 12);
        Assert.Empty(new FoldProof(book.Store).Check());
    }

    [Fact]
    public void A_users_standing_moves_with_the_days_and_the_reader_adds_it_up()
    {
        using var book = new LogBook();
        Exposure first = List("u1", [0, 1]), second = List("u1", [1, 0], at: LogBook.Noon + Day), other = List("u2", [0, 1]);
        book.Serve(first, second, other);
        book.Take(book.Event(EventTypes.Click, first, "i1"));
        book.Take(book.Event(EventTypes.Click, second, "i1"));
        book.Take(book.Event(EventTypes.Click, other, "i2"));
        var totals = new TeamTotals(book.Store).Read(new(1, 1, false), 2);
        var rival = Assert.Single(totals.Rivals);
        Assert.Equal([new Standing(1, 0, 1), new Standing(1, 1, 1)], rival.Standings); // u2, and u1 who clicked on one of each
        Assert.Equal((2, 1, 0), (rival.Wins, rival.Losses, rival.Ties)); // u1's lists one each way, u2's for arm 1
        Assert.Equal([(2L, 0.0), (2L, 1.0)], rival.Days.Select(d => (d.Users, d.Score))); // day one: -1 and +1; day two: 0 and +1
        Assert.Equal(3, totals.Lists);
        Assert.Empty(new FoldProof(book.Store).Check());
    }

    [Fact]
    public void Shuffling_and_replaying_changes_no_number_and_rebuilding_changes_no_byte()
    {
        var random = new Random(11);
        var lists = Enumerable.Range(0, 120).Select(n =>
        {
            var teams = n % 3 == 0 ? 3 : 2;
            var list = List($"u{random.Next(12)}", [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(teams))], teams, LogBook.Noon + random.Next(4) * Day);
            return list with { Experiment = teams, Simulated = n % 5 == 0 };
        }).ToArray();
        using var ordered = new LogBook();
        var events = lists.SelectMany(l => l.Items.Where(_ => random.NextDouble() < 0.5).Select(i => ordered.Event(random.Next(3) == 0 ? EventTypes.Viewable : EventTypes.Click, l, i))).ToArray();
        ordered.Serve(lists);
        foreach (var chunk in events.Chunk(9)) ordered.TakeAll(chunk);
        var expected = Stored(ordered);
        Assert.True(expected.Count(r => r.StartsWith("standing", StringComparison.Ordinal)) > 10);
        Assert.Empty(new FoldProof(ordered.Store).Check());
        for (var round = 0; round < 2; round++)
        {
            using var shuffled = new LogBook();
            var sent = events.Concat(events).ToArray();
            random.Shuffle(sent);
            shuffled.Serve(lists);
            foreach (var chunk in sent.Chunk(13))
            {
                if (random.Next(6) == 0) shuffled.Restart();
                shuffled.TakeAll(chunk);
            }
            Assert.Equal(expected, Stored(shuffled));
        }
        ordered.Execute("UPDATE credit SET clicked = clicked + 1; DELETE FROM standing WHERE team = 1; UPDATE team_day SET wins = 7");
        Assert.NotEmpty(new FoldProof(ordered.Store).Check());
        new FoldProof(ordered.Store).Rebuild();
        Assert.Equal(expected, Stored(ordered));
        Assert.Equal(0, new FoldProof(ordered.Store).Rebuild().Differing);
    }

    [Fact]
    public void A_log_of_an_earlier_version_gets_the_new_columns_and_keeps_its_lists()
    {
        using var book = new LogBook();
        book.Serve(LogBook.List());
        book.Writer.Dispose();
        book.Execute("ALTER TABLE recommendation DROP COLUMN teams; ALTER TABLE recommendation DROP COLUMN assigned_with; DROP TABLE credit; DROP TABLE team_day; DROP TABLE standing; PRAGMA user_version = 2");
        book.Store.Create();
        book.Restart();
        book.Serve(List("u9", [0, 1]));
        Assert.Equal(["u1 - -", "u9 201 1"], book.Rows("SELECT unit, teams, assigned_with FROM recommendation ORDER BY unit"));
        Assert.Empty(new FoldProof(book.Store).Check());
    }
}
