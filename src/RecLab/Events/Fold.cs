using Microsoft.Data.Sqlite;

namespace RecLab.Events;

/// <summary>Adds the log up: totals per unit and day, impressions per position, traffic per hour, interests per person. Written in the same transaction as the rows it counts. A list's impressions
/// belong to the day it was served, so that a click falls on the same day as the impression it needs; purchases belong to the day they happen.
/// The order of arrival never matters: marks are only ever set, counters count marks, first times are minima.</summary>
internal sealed class Fold(SqliteConnection connection, MeasureBook.Shelf books) : IDisposable
{
    private readonly record struct UnitKey(int Experiment, int Phase, bool Simulated, int Arm, string Unit, int Day);
    private readonly record struct TrafficKey(long Hour, string Placement, int Variant, bool Simulated);

    private readonly record struct OwnKey(UnitKey User, string Kind);

    private readonly record struct SpotKey(int Experiment, int Phase, bool Simulated, int Arm, int Position);

    private sealed class Sums
    {
        public long Ratings, Stars, Own;
        public long Lists, Served, Rendered, Viewable, Clicked, Carts, Purchases, Revenue, Seen, Reciprocal, Gain, Known, Head, Varied, Variety;
        public long FirstAt = long.MaxValue, LastAt = long.MinValue, FirstClickAt = long.MaxValue;

        public UnitTotal Total => new()
        {
            Lists = Lists, Served = Served, Rendered = Rendered, Viewable = Viewable, Clicked = Clicked, Carts = Carts, Purchases = Purchases, Revenue = Revenue,
            Seen = Seen, Reciprocal = Reciprocal, Gain = Gain, Known = Known, Head = Head, Varied = Varied, Variety = Variety, Ratings = Ratings, Stars = Stars, Own = Own,
        };
    }

    private readonly Dictionary<UnitKey, Sums> _units = [];
    private readonly Dictionary<TrafficKey, Sums> _traffic = [];
    private readonly Dictionary<SpotKey, Sums> _spots = [];
    private readonly Dictionary<OwnKey, OwnTotal> _own = [];

    /// <summary>Who was shown a list that is not written yet.</summary>
    private readonly HashSet<(string Unit, bool Simulated)> _shownNow = [];
    private readonly Exposed _exposed = new(connection);
    private readonly Growth _growth = new(connection, books);
    private readonly Credits _credits = new(connection);
    private readonly SharedSums _shared = new(connection, books);
    private readonly ShownItems _shown = new(connection);
    private readonly Statement _addUnit = new(connection, $"""
        INSERT INTO unit_day VALUES ({string.Join(", ", Enumerable.Range(1, 9 + UnitTotal.Width).Select(i => $"?{i}"))})
        ON CONFLICT DO UPDATE SET {string.Join(", ", UnitTotal.Columns.Split(", ").Select(c => $"{c} = {c} + excluded.{c}"))},
          first_at = coalesce(min(first_at, excluded.first_at), first_at, excluded.first_at), last_at = coalesce(max(last_at, excluded.last_at), last_at, excluded.last_at),
          first_click_at = coalesce(min(first_click_at, excluded.first_click_at), first_click_at, excluded.first_click_at)
        """);
    private readonly Statement _addOwn = new(connection, """
        INSERT INTO own_day VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        ON CONFLICT DO UPDATE SET count = count + excluded.count, valued = valued + excluded.valued, value = value + excluded.value
        """);
    private readonly Statement _addSpot = new(connection, """
        INSERT INTO spot VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT DO UPDATE SET rendered = rendered + excluded.rendered, viewable = viewable + excluded.viewable, clicked = clicked + excluded.clicked
        """);
    private readonly Statement _addTraffic = new(connection, """
        INSERT INTO traffic (hour, placement, variant, simulated, lists, served, rendered, viewable, clicked) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT DO UPDATE SET lists = lists + excluded.lists, served = served + excluded.served, rendered = rendered + excluded.rendered,
          viewable = viewable + excluded.viewable, clicked = clicked + excluded.clicked
        """);
    private readonly Statement _addInterest = new(connection, "INSERT OR IGNORE INTO interest (unit, simulated, at, item, type) VALUES (?1, ?2, ?3, ?4, ?5)");

    /// <summary>A list was served.</summary>
    public void Served(Exposure list)
    {
        if (list.Unit.Length > 0)
        {
            var unit = UnitOf(list);
            unit.Lists++;
            _shownNow.Add((list.Unit, list.Simulated));
            unit.Served += list.Items.Count;
            unit.FirstAt = Math.Min(unit.FirstAt, list.ServedAt);
            unit.LastAt = Math.Max(unit.LastAt, list.ServedAt);
            if (list.Head is { } head) (unit.Known, unit.Head) = (unit.Known + list.Items.Count, unit.Head + head);
            if (list.Variety is { } variety) (unit.Varied, unit.Variety) = (unit.Varied + 1, unit.Variety + variety);
            if (list.Experiment > 0) _shown.Add(list);
            if (list.Teams is { } teams) _credits.Served(list, teams);
        }
        var traffic = TrafficOf(list);
        traffic.Lists++;
        traffic.Served += list.Items.Count;
    }

    /// <summary>Something was seen or clicked: a click implies viewable, viewable implies rendered, and each counts once per list and item.</summary>
    /// <param name="place">The place in the list, or -1 for all of it.</param>
    /// <returns>Whether any mark is new.</returns>
    public bool Impression(ShownList list, string type, int place, long occurredAt)
    {
        var mark = type switch
        {
            EventTypes.Click => Mark.Rendered | Mark.Viewable | Mark.Clicked,
            EventTypes.Viewable => Mark.Rendered | Mark.Viewable,
            _ => Mark.Rendered,
        };
        var counted = list.Exposure.Unit.Length > 0;
        if (counted && type == EventTypes.Click)
        {
            var unit = UnitOf(list.Exposure);
            unit.FirstClickAt = Math.Min(unit.FirstClickAt, occurredAt);
        }
        int rendered = 0, viewable = 0, clicked = 0;
        var (seen, reciprocal, gain) = (ListScore.Seen(list.Marks), ListScore.Reciprocal(list.Marks), ListScore.Gain(list.Marks));
        for (var i = Math.Max(place, 0); i < (place < 0 ? list.Marks.Length : place + 1); i++)
        {
            var added = mark & ~(Mark)list.Marks[i];
            if ((added & Mark.Rendered) != 0) rendered++;
            if ((added & Mark.Viewable) != 0) viewable++;
            if ((added & Mark.Clicked) != 0) clicked++;
            if (added != 0 && counted && list.Exposure.Teams is { } teams) _credits.Marked(list, teams, i, added);
            list.Marks[i] |= (byte)mark;
            if (added != 0 && counted) Spot(list.Exposure, i + 1, added);
        }
        if (rendered + viewable + clicked == 0) return false;
        if (counted)
        {
            var unit = UnitOf(list.Exposure);
            Add(unit);
            unit.Seen += ListScore.Seen(list.Marks) - seen;
            unit.Reciprocal += ListScore.Reciprocal(list.Marks) - reciprocal;
            unit.Gain += ListScore.Gain(list.Marks) - gain; // a further click below the others lowers it
        }
        Add(TrafficOf(list.Exposure));
        return true;

        void Add(Sums sums)
        {
            sums.Rendered += rendered;
            sums.Viewable += viewable;
            sums.Clicked += clicked;
        }
    }

    private void Spot(Exposure list, int position, Mark added)
    {
        var sums = Of(_spots, new(list.Experiment, list.Phase, list.Simulated, list.Arm, position));
        if ((added & Mark.Rendered) != 0) sums.Rendered++;
        if ((added & Mark.Viewable) != 0) sums.Viewable++;
        if ((added & Mark.Clicked) != 0) sums.Clicked++;
    }

    /// <summary>A basket, a purchase, a rating or an event of the shop's own kinds counts for its user in every arm that showed the user a list in the seven days before.</summary>
    public void Outcome(ReceivedEvent happened, string unit, EventFlags flags)
    {
        var parts = OwnTotal.InParts(happened.Value);
        if (happened.Type == EventTypes.Rating && parts is null) return; // says nothing that could be added up
        if (_shownNow.Contains((unit, happened.Simulated))) Write(); // exposures of this very transaction count too
        foreach (var arm in _exposed.Before(unit, happened.Simulated, happened.OccurredAt))
        {
            var key = new UnitKey(arm.Experiment, arm.Phase, happened.Simulated, arm.Number, unit, EventTimes.DayOf(happened.OccurredAt));
            var sums = Of(_units, key);
            switch (happened.Type)
            {
                case EventTypes.AddToCart:
                    sums.Carts++;
                    break;
                case EventTypes.Purchase:
                    sums.Purchases++;
                    if ((flags & EventFlags.OtherCurrency) == 0) sums.Revenue += (long)(happened.Value ?? 0);
                    break;
                case EventTypes.Rating:
                    sums.Ratings++;
                    sums.Stars += parts!.Value;
                    break;
                default:
                    sums.Own++;
                    var kind = EventTypes.KindOf(happened.Type);
                    ref var own = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_own, new(key, kind), out _);
                    own = new(kind, own.Count + 1, own.Valued + (parts is null ? 0 : 1), own.Value + (parts ?? 0));
                    break;
            }
        }
    }

    /// <summary>Somebody showed interest in an item, or the lack of it.</summary>
    public void Interest(string unit, bool simulated, long at, string item, string type) =>
        _addInterest.Set(1, unit).Set(2, simulated).Set(3, at).Set(4, item).Set(5, type).Run();

    /// <summary>Writes what has been added up so far.</summary>
    public void Write()
    {
        foreach (var (key, s) in _units)
        {
            _growth.Touch(key.Experiment, key.Phase, key.Simulated, key.Arm, key.Unit, key.Day);
            if (key.Experiment > 0) _shared.Touch(key.Experiment, key.Phase, key.Simulated, key.Arm, key.Unit, s.Lists > 0);
        }
        _growth.TakeOut();
        _shared.TakeOut();
        foreach (var (key, s) in _units)
        {
            if (s.Lists > 0) _exposed.Add(new(key.Experiment, key.Phase, key.Arm), key.Simulated, key.Day);
            var row = _addUnit.Set(1, key.Experiment).Set(2, key.Phase).Set(3, key.Simulated).Set(4, key.Arm).Set(5, key.Unit).Set(6, key.Day);
            s.Total.Bind(row, 7).Set(7 + UnitTotal.Width, s.Lists > 0 ? s.FirstAt : null).Set(8 + UnitTotal.Width, s.Lists > 0 ? s.LastAt : null)
                .Set(9 + UnitTotal.Width, s.FirstClickAt < long.MaxValue ? s.FirstClickAt : null).Run();
            if (key.Experiment > 0) _growth.Add(key.Experiment, key.Phase, key.Simulated, key.Arm, key.Day, s.Total);
        }
        foreach (var (key, own) in _own)
            _addOwn.Set(1, key.User.Experiment).Set(2, key.User.Phase).Set(3, key.User.Simulated).Set(4, key.Kind).Set(5, key.User.Arm).Set(6, key.User.Unit).Set(7, key.User.Day)
                .Set(8, own.Count).Set(9, own.Valued).Set(10, own.Value).Run();
        _growth.PutIn();
        _shared.PutIn();
        _shown.Write();
        _credits.Write();
        foreach (var (key, s) in _traffic)
            _addTraffic.Set(1, key.Hour).Set(2, key.Placement).Set(3, key.Variant).Set(4, key.Simulated)
                .Set(5, s.Lists).Set(6, s.Served).Set(7, s.Rendered).Set(8, s.Viewable).Set(9, s.Clicked).Run();
        foreach (var (key, s) in _spots)
            _addSpot.Set(1, key.Experiment).Set(2, key.Phase).Set(3, key.Simulated).Set(4, key.Arm).Set(5, key.Position).Set(6, s.Rendered).Set(7, s.Viewable).Set(8, s.Clicked).Run();
        _units.Clear();
        _own.Clear();
        _shownNow.Clear();
        _spots.Clear();
        _traffic.Clear();
    }

    /// <summary>Drops what was not written: the transaction failed.</summary>
    public void Forget()
    {
        _units.Clear();
        _own.Clear();
        _shownNow.Clear();
        _spots.Clear();
        _traffic.Clear();
        _growth.Forget();
        _shared.Forget();
        _shown.Forget();
        _credits.Forget();
        _exposed.Forget();
        books.Forget();
    }

    public void Dispose()
    {
        _exposed.Dispose();
        _growth.Dispose();
        _shared.Dispose();
        _shown.Dispose();
        _credits.Dispose();
        _addUnit.Dispose();
        _addOwn.Dispose();
        _addSpot.Dispose();
        _addTraffic.Dispose();
        _addInterest.Dispose();
    }

    private Sums UnitOf(Exposure list) =>
        Of(_units, new(list.Experiment, list.Phase, list.Simulated, list.Arm, list.Unit, EventTimes.DayOf(list.ServedAt)));

    private Sums TrafficOf(Exposure list) =>
        Of(_traffic, new(Math.DivRem(list.ServedAt, EventTimes.Hour).Quotient, list.Placement, list.Variant, list.Simulated));

    private static Sums Of<TKey>(Dictionary<TKey, Sums> all, TKey key) where TKey : notnull
    {
        ref var sums = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(all, key, out _);
        return sums ??= new();
    }
}
