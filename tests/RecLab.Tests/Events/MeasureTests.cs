using RecLab.Events;
using RecLab.Statistics;
using Xunit;

namespace RecLab.Tests.Events;

/// <summary>Ratings, a shop's own events, the time to the first click and caps, each worked out by hand.</summary>
public sealed class MeasureTests : IDisposable
{
    private const long Day = 86_400_000, Second = 1_000;
    private static readonly UnitScope Live = new(1, 1, Simulated: false);
    private readonly LogBook _book = new();
    private UnitTotals Totals => new(_book.Store);

    public void Dispose() => _book.Dispose();

    private UnitSums Sums(UnitMeasure measure, int arm = 0, bool simulated = false) => Totals.ArmMoments(Live with { Simulated = simulated }, measure)[arm];

    private Exposure Shown(string unit, int day = 0, int arm = 0, int experiment = 1, bool simulated = false)
    {
        var list = LogBook.List(unit, arm, at: LogBook.Noon + day * Day, experiment: experiment, simulated: simulated);
        _book.Serve(list);
        return list;
    }

    [Fact]
    public void Ratings_count_per_user_by_share_of_users_and_by_their_mean()
    {
        var (ann, bob) = (Shown("ann"), Shown("bob"));
        Shown("cy");
        // ann: 4.5 and 2; bob: 5. A rating of a list seen eight days ago, one without a value and one beyond a million count for nobody.
        _book.TakeAll([_book.Event("rating", ann, value: 4.5), _book.Event("rating", ann, value: 2), _book.Event("rating", bob, value: 5),
            _book.Event("rating", ann, value: 1, after: 8 * Day), _book.Event("rating", bob), _book.Event("rating", bob, value: 2e6)]);
        var (count, share, mean) = (Sums(UnitMeasure.Ratings), Sums(UnitMeasure.Raters), Sums(UnitMeasure.MeanRating));
        Assert.Equal((3L, 3.0, 5.0), (count.Units, count.Y, count.YY)); // 2, 1 and 0 ratings: 4 + 1
        Assert.Equal((3L, 2.0), (share.Units, share.Y));
        Assert.Equal((11_500.0, 3_000.0), (mean.Y, mean.D)); // (4.5 + 2 + 5)/3 = 3.8333
        Assert.Equal((6_500.0 * 6_500) + (5_000.0 * 5_000), mean.YY);
        Assert.Equal(["3 11500"], _book.Rows("SELECT sum(ratings), sum(stars) FROM unit_day WHERE experiment = 1"));
        Assert.Empty(new FoldProof(_book.Store).Check());
    }

    [Fact]
    public void A_shops_own_events_count_by_name_in_four_ways_once_an_experiment_asks()
    {
        Assert.True(_book.Ask(1, UnitMeasure.Of("save", OwnAspect.Count), UnitMeasure.Of("save", OwnAspect.Users), UnitMeasure.Of("save", OwnAspect.Mean), UnitMeasure.Of("save", OwnAspect.Total)));
        var (ann, bob) = (Shown("ann"), Shown("bob"));
        Shown("cy");
        // ann saves twice with 0.25 and 1.5 and once without a value; bob once with -0.5; what bob shares is another kind
        _book.TakeAll([_book.Event("custom:save", ann, value: 0.25), _book.Event("custom:save", ann, value: 1.5, after: Day), _book.Event("custom:save", ann), _book.Event("custom:save", bob, value: -0.5), _book.Event("custom:share", bob, value: 7)]);
        var (count, users, mean, total) = (Sums(UnitMeasure.Of("save", OwnAspect.Count)), Sums(UnitMeasure.Of("save", OwnAspect.Users)), Sums(UnitMeasure.Of("save", OwnAspect.Mean)), Sums(UnitMeasure.Of("save", OwnAspect.Total)));
        Assert.Equal((3L, 4.0, 10.0), (count.Units, count.Y, count.YY)); // 3, 1, 0
        Assert.Equal(2.0, users.Y);
        Assert.Equal((1_250.0, 3_000.0), (mean.Y, mean.D)); // (0.25 + 1.5 - 0.5)/3 = 0.41667
        Assert.Equal((1_250.0, 3_000.0, 3_312_500.0), (total.Y, total.D, total.YY)); // per user 1.75, -0.5, 0: mean 0.41667; 1750^2 + 500^2
        Assert.Equal(["save 4 3 1250", "share 1 1 7000"], _book.Rows("SELECT name, sum(count), sum(valued), sum(value) FROM own_day GROUP BY name"));
        Assert.Empty(new FoldProof(_book.Store).Check());
    }

    [Fact]
    public void The_mean_per_user_of_values_has_the_variance_of_a_mean()
    {
        _book.Ask(1, UnitMeasure.Of("save", OwnAspect.Total));
        double[] values = [3, 8, 1.5, 0, 12.25];
        foreach (var (i, value) in values.Index()) _book.Take(_book.Event("custom:save", Shown($"u{i}"), value: value));
        var ratio = Moments.Of(MetricKind.Ratio, Sums(UnitMeasure.Of("save", OwnAspect.Total)));
        var plain = Moments.OfValues(values);
        Assert.Equal(plain.Value, ratio.Value, 12);
        Assert.Equal(plain.UnitVariance, ratio.UnitVariance, 9);
    }

    [Fact]
    public void The_time_to_the_first_click_is_of_users_who_click_within_a_day_of_their_first_list()
    {
        var (ann, bob, cy) = (Shown("ann"), Shown("bob"), Shown("cy"));
        Shown("dora");
        // ann clicks after 12.9 s and again; bob clicks his second list, three hours and 20 s after the first; cy clicks two days later, which is no answer to the first list; dora never
        var later = LogBook.List("bob", at: LogBook.Noon + 3 * 3_600 * Second);
        var old = LogBook.List("cy", at: LogBook.Noon + 2 * Day);
        _book.Serve(later, old);
        _book.TakeAll([_book.Event("click", ann, "i2", after: 40 * Second), _book.Event("click", ann, "i1", after: 12_900), _book.Event("click", later, "i1", after: 20 * Second), _book.Event("click", old, "i1", after: Second)]);
        var wait = Sums(UnitMeasure.TimeToClick);
        Assert.Equal((4L, 12.0 + 10_820, 2.0), (wait.Units, wait.Y, wait.D));
        Assert.Equal(12.0 * 12 + 10_820.0 * 10_820, wait.YY);
        // an earlier click that arrives late in the log, within its half hour, moves the minimum
        _book.Take(_book.Event("click", bob, "i3", after: 5 * Second));
        Assert.Equal(17.0, Sums(UnitMeasure.TimeToClick).Y);
        // a click before its list by the sender's clock took no time, not less
        _book.Take(_book.Event("click", cy, "i3", after: -2 * Second));
        Assert.Equal((17.0, 3.0), (Sums(UnitMeasure.TimeToClick).Y, Sums(UnitMeasure.TimeToClick).D));
        Assert.Empty(new FoldProof(_book.Store).Check());
    }

    [Fact]
    public void A_cap_holds_the_total_of_a_user_over_all_days_and_the_users_past()
    {
        var capped = UnitMeasure.Revenue.CappedAt(1_000);
        Assert.True(_book.Ask(1, capped));
        // before: ann spent 15.00 outside experiments; in the experiment she spends 6.00 and two days later 7.00, bob 4.00
        _book.Take(_book.Event("purchase", Shown("ann", day: 0, experiment: 0), value: 1_500));
        var (first, second, bob) = (Shown("ann", day: 1), Shown("ann", day: 3), Shown("bob", day: 1));
        _book.TakeAll([_book.Event("purchase", first, value: 600), _book.Event("purchase", second, value: 700), _book.Event("purchase", bob, value: 400)]);
        var arm = Assert.Single(Totals.Read(Live, [capped, UnitMeasure.Revenue], history: true));
        Assert.Equal([1_000.0, 1_400], arm.Sums[0].Select(s => s.Y)); // 600 + 400, then min(1300, 1000) + 400
        Assert.Equal([1_000.0, 1_700], arm.Sums[1].Select(s => s.Y));
        var end = arm.Last(0);
        Assert.Equal((1_160_000.0, 1_000.0, 1_000_000.0), (end.YY, end.X, end.YX)); // 1000^2 + 400^2; the past 1500 counts as 1000
        Assert.Equal(1_500.0, arm.Last(1).X);
        // each day alone under the same cap: 600, 400 on the first, 700 two days later
        Assert.Equal([1_000.0, 700], Totals.ByAge(Live, capped).OrderBy(a => a.Key).Select(a => a.Value.Y));
        Assert.Empty(new FoldProof(_book.Store).Check());
    }

    [Fact]
    public void Live_and_simulated_have_caps_and_sums_of_their_own()
    {
        var entry = new AskedEntry(1, [(false, UnitMeasure.Clicks.CappedAt(1)), (true, UnitMeasure.Clicks.CappedAt(2))]);
        _book.Writer.Write([entry]);
        foreach (var simulated in new[] { false, true })
            if (Shown("ann", simulated: simulated) is var list) _book.TakeAll([_book.Event("click", list, "i1"), _book.Event("click", list, "i2"), _book.Event("click", list, "i3")]);
        Assert.Equal((1.0, 2.0), (Sums(UnitMeasure.Clicks.CappedAt(1)).Y, Sums(UnitMeasure.Clicks.CappedAt(2), simulated: true).Y));
        Assert.Equal((3.0, 3.0), (Sums(UnitMeasure.Clicks).Y, Sums(UnitMeasure.Clicks, simulated: true).Y));
        Assert.Empty(new FoldProof(_book.Store).Check());
    }

    [Fact]
    public void What_is_asked_stands_once_a_user_is_counted()
    {
        Assert.True(_book.Ask(1, UnitMeasure.Clicks.CappedAt(1)));
        Assert.True(_book.Ask(1, UnitMeasure.Clicks.CappedAt(2)));
        Shown("ann");
        Assert.False(_book.Ask(1, UnitMeasure.Clicks.CappedAt(3)));
        Assert.Equal(["0 100 1 2", "1 100 1 2"], _book.Rows("SELECT simulated, measure, base, cap FROM asked WHERE experiment = 1"));
    }

    [Fact]
    public void Events_that_do_not_count_for_clicks_do_not_count_here_either()
    {
        _book.Ask(1, UnitMeasure.Of("save", OwnAspect.Count));
        var list = Shown("ann");
        var once = _book.Event("custom:save", list, value: 1);
        Assert.Equal([EventStatus.Accepted, EventStatus.Duplicate], _book.TakeAll([once, once]).Select(r => r.Status));
        _book.TakeAll([_book.Event("custom:save", list, flags: EventFlags.Stale), _book.Event("custom:save", list, flags: EventFlags.Future), _book.Event("rating", list, value: 5, flags: EventFlags.Stale)]);
        Assert.Equal(EventStatus.Quarantined, _book.Take(_book.Event("custom:save", list, unit: "mallory")).Status);
        // nobody was shown anything before: the event is kept and counts for no arm
        _book.Take(_book.Event("custom:save", null, unit: "stranger"));
        Assert.Equal(["1 0"], _book.Rows("SELECT sum(own), sum(ratings) FROM unit_day"));
        Assert.Equal(1.0, Sums(UnitMeasure.Of("save", OwnAspect.Count)).Y);
        Assert.Empty(new FoldProof(_book.Store).Check());
    }

    [Fact]
    public void Machines_are_taken_out_of_what_is_asked_too()
    {
        UnitMeasure[] measures = [UnitMeasure.Of("save", OwnAspect.Total), UnitMeasure.Of("save", OwnAspect.Count).CappedAt(2), UnitMeasure.TimeToClick];
        _book.Ask(1, measures[..2]);
        _book.TakeAll([_book.Event("custom:save", Shown("ann"), value: 2), _book.Event("click", Shown("bob"))]);
        var before = Totals.Read(Live, measures, history: true).Single();
        _book.TakeAll([.. Enumerable.Range(0, 3).Select(i => _book.Event("custom:save", Shown("robot", day: -1, experiment: 0), value: i))]);
        _book.Serve([.. Enumerable.Range(0, 2_001).Select(i => LogBook.List("robot", 0, items: 1, at: LogBook.Noon + i))]);
        var list = Shown("robot");
        _book.TakeAll([.. Enumerable.Range(0, 5).Select(i => _book.Event("custom:save", list, value: 9)), _book.Event("click", list)]);
        var (kept, added) = (Totals.Read(Live, measures, history: true).Single(), Totals.AddUp(Live, measures, history: true).Single());
        Assert.Equal(before.Sums.Select(s => s[^1]), kept.Sums.Select(s => s[^1]));
        Assert.Equal(added.Sums.Select(s => s[^1]), kept.Sums.Select(s => s[^1]));
        Assert.Equal((0, 0), Totals.ByAge(Live, measures[1]).Keys.Single());
        Assert.Equal(1.0, Totals.ByAge(Live, measures[1])[(0, 0)].Y);
    }

    [Fact]
    public void Users_shared_by_experiments_carry_what_is_asked_into_the_dependence_check()
    {
        _book.Ask(1, UnitMeasure.Of("save", OwnAspect.Total));
        var (own, _) = (Shown("ann"), Shown("ann", arm: 1, experiment: 2));
        _book.Take(_book.Event("custom:save", own, value: 2.5));
        var cell = Assert.Single(new SharedUsers(_book.Store).Read(Live, 2, 1, UnitMeasure.Of("save", OwnAspect.Total)));
        Assert.Equal(((0, 1), 2_500.0, 1_000.0), (cell.Key, cell.Value.Y, cell.Value.D));
        Assert.Empty(new FoldProof(_book.Store).Check());
    }

    [Fact]
    public void The_past_of_users_is_read_over_its_days_without_machines()
    {
        foreach (var (unit, day, clicks) in new[] { ("ann", 0, 1), ("ann", 2, 2), ("bob", 1, 3), ("cy", 9, 1) })
            if (Shown(unit, day, experiment: 0) is var list) _book.TakeAll([.. Enumerable.Range(1, clicks).Select(i => _book.Event("click", list, $"i{i}"))]);
        Shown("dora", 1, experiment: 0);
        _book.Serve([.. Enumerable.Range(0, 2_001).Select(i => LogBook.List("robot", 0, items: 1, at: LogBook.Noon + i, experiment: 0))]);
        _book.Serve(LogBook.List("elsewhere", at: LogBook.Noon, experiment: 0) with { Placement = "cart" });
        var past = new PastUsers(_book.Store);
        var day0 = EventTimes.DayOf(LogBook.Noon);
        var scope = new PastScope(new(0, 0, false), 0, day0, day0 + 6, "home");
        Assert.Equal([0.0, 3, 3], past.Values(scope, UnitMeasure.Clicks).Order()); // dora 0, ann 1 + 2, bob 3; not cy (day 9), not the cart
        Assert.Equal([5.0, 5.0], past.Values(scope, UnitMeasure.TimeToClick)); // who clicked
        Assert.Equal((day0, day0 + 9), past.Days(new(0, 0, false), 0, 6));
        Assert.Null(past.Days(new(0, 0, false), 0, 7));
        Assert.Null(past.Days(new(0, 0, true), 0, 1));
        Assert.Equal((day0, day0 + 9), past.DaysOutside("home", simulated: false, days: 28, users: 5));
        Assert.Null(past.DaysOutside("home", simulated: false, days: 28, users: 6));
        Assert.Equal((day0 + 1, day0 + 9), past.DaysOutside("home", simulated: false, days: 9, users: 4)); // dora, bob, ann, cy
        Assert.Null(past.DaysOutside("home", simulated: false, days: 9, users: 5)); // and nobody else: the robot was here on day 0
        Assert.Equal((day0, day0 + 2), past.DaysOutside("home", simulated: false, days: 28, users: 4, until: day0 + 2));
        Assert.Equal((day0, day0), past.DaysOutside("cart", simulated: false, days: 28, users: 1));
        Assert.Null(past.DaysOutside("home", simulated: true, days: 28, users: 1));
    }

    [Fact]
    public void A_square_beyond_what_a_double_holds_takes_no_digit_from_the_others_and_leaves_none_behind()
    {
        _book.Ask(1, UnitMeasure.Of("deposit", OwnAspect.Total), UnitMeasure.Of("deposit", OwnAspect.Total).CappedAt(900_000_000));
        var rich = Shown("rich");
        _book.Take(_book.Event("custom:deposit", rich, value: 1_000_000)); // 10^9 parts, squared 10^18, whose neighbours are 128 away
        for (var user = 0; user < 100; user++) _book.Take(_book.Event("custom:deposit", Shown($"u{user}"), value: 0.003)); // 9 squared parts each
        var total = UnitMeasure.Of("deposit", OwnAspect.Total);
        Assert.Equal(1e18 + 896, Sums(total).YY); // 10^18 + 900 rounded once, not a hundred times to 10^18
        Assert.Equal((8.1e17 + 896, 9e8 + 300), (Sums(total.CappedAt(900_000_000)).YY, Sums(total.CappedAt(900_000_000)).Y));
        Assert.Empty(new FoldProof(_book.Store).Check());
        Assert.Equal(1e18 + 896, new UnitTotals(_book.Store).ByAge(Live, total)[(0, 0)].YY);

        // an earlier day arrives late, so that the first is the second and what was on it moves
        _book.Take(_book.Event("custom:deposit", Shown("rich", -1), value: 0.5));
        var (ages, days) = (new UnitTotals(_book.Store).ByAge(Live, total), new UnitTotals(_book.Store).Read(Live, [total])[0].Sums[0]);
        Assert.Equal((500.0 * 500 + 900, 1e18), (ages[(0, 0)].YY, ages[(0, 1)].YY));
        Assert.Equal([500.0 * 500, 1_000_001_000_000_250_900], days.Select(d => d.YY)); // (10^9 + 500)^2 + 900
        Assert.Empty(new FoldProof(_book.Store).Check());

        _book.Take(_book.Event("custom:deposit", rich, value: -1_000_000, after: 60_000)); // all taken back
        Assert.Equal(500.0 * 500 + 900, Sums(total).YY);
        var proof = new FoldProof(_book.Store);
        Assert.Empty(proof.Check());
        foreach (var column in new[] { "yy", "yy_high", "dd_high" })
        {
            _book.Execute($"UPDATE moment SET {column} = {column} + 1 WHERE measure = 100 AND day = (SELECT min(day) FROM moment)");
            Assert.Equal(2, proof.Rebuild().Differing); // the row that is, and the one that should be
            Assert.Empty(proof.Check());
        }
    }

    [Fact]
    public void Users_shared_by_experiments_keep_their_digits_beside_one_with_a_large_value()
    {
        var total = UnitMeasure.Of("deposit", OwnAspect.Total);
        _book.Ask(1, total);
        foreach (var user in Enumerable.Range(0, 50).Select(i => $"u{i}").Append("rich"))
        {
            var list = Shown(user);
            Shown(user, arm: 1, experiment: 2);
            _book.Take(_book.Event("custom:deposit", list, value: user == "rich" ? -1_000_000 : 0.003));
        }
        Assert.Equal(1e18 + 512, new SharedUsers(_book.Store).Read(Live, 2, 1, total)[(0, 1)].YY); // 10^18 + 450: 512 is nearer than 384
        Assert.Empty(new FoldProof(_book.Store).Check());
    }

    [Fact]
    public void The_past_of_a_placement_goes_by_when_lists_were_shown_whatever_their_ids_and_reads_its_stretch_alone()
    {
        // a host's own id says nothing of the time; a simulated visitor's list was recorded long before its own time
        _book.Serve(LogBook.List("host", at: LogBook.Noon, experiment: 0) with { Id = EventIds.Of("order-17"), HostDecides = true });
        _book.Serve(LogBook.List("late", at: LogBook.Noon - 40 * EventTimes.Day, experiment: 0) with { Id = Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(LogBook.Noon)) });
        _book.Serve(LogBook.List("visitor", at: LogBook.Noon + 30 * EventTimes.Day, experiment: 0, simulated: true) with { Id = Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(LogBook.Noon)) });
        _book.Serve(LogBook.List("", at: LogBook.Noon, experiment: 0)); // without consent
        var past = new PastUsers(_book.Store);
        var day = EventTimes.DayOf(LogBook.Noon);
        Assert.Equal((day - 6, day), past.DaysOutside("home", simulated: false, days: 7, users: 1));
        Assert.Null(past.DaysOutside("home", simulated: false, days: 7, users: 2));
        Assert.Single(past.Values(new(new(0, 0, false), 0, day - 6, day, "home"), UnitMeasure.Clicks));
        Assert.Equal((day + 30, day + 30), past.DaysOutside("home", simulated: true, days: 7, users: 1));
        var question = PastUsers.ShownBetween.Replace("$placement", "'home'").Replace("$simulated", "0").Replace("$from", "1").Replace("$to", "2");
        Assert.Contains(_book.Rows($"EXPLAIN QUERY PLAN {question}"), step => step.Contains("INDEX recommendation_outside (placement=? AND simulated=? AND served_at>? AND served_at<?)", StringComparison.Ordinal));
    }
}
