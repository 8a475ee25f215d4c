using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace RecLab.Events;

/// <summary>Writes groups of exposures and events, each group in one durable transaction together with its folds. Used by one thread.</summary>
/// <param name="store">The event database.</param>
/// <param name="sealer">Checks recommendation ids.</param>
/// <param name="currency">Amounts in this currency (ISO 4217), or in none named, add up.</param>
internal sealed class EventWriter(EventStore store, IdSealer sealer, string currency) : IDisposable
{
    private const int KeptInQuarantine = 100_000;
    private SqliteConnection? _connection;
    private Statements? _s;
    private long _version = -1;
    private readonly List<Interest> _interests = [];

    /// <summary>Interests written by the last committed group.</summary>
    public IReadOnlyList<Interest> Interests => _interests;

    /// <summary>Writes a group. After a failure nothing of it is in the database.</summary>
    /// <exception cref="SqliteException">The disk is full, another process holds the database, ...</exception>
    public void Write(IReadOnlyList<LogEntry> group)
    {
        var s = Open();
        _interests.Clear();
        try
        {
            s.Begin.Run();
            ForgetIfOthersWrote(s);
            foreach (var entry in group)
                switch (entry)
                {
                    case ExposureEntry served: Serve(s, served); break;
                    case EventsEntry batch: for (var i = 0; i < batch.Events.Count; i++) batch.Receipts[i] = Take(s, batch.Events[i]); break;
                    case AskedEntry asked: asked.Taken = s.Books.Write(asked.Experiment, asked.Measures); break;
                    case TallyEntry tally: Count(s, tally.Kind, tally.Placement, tally.Simulated, tally.At, tally.Count); break;
                }
            s.Lists.Write();
            s.Fold.Write();
            s.WriteTallies();
            s.Commit.Run();
        }
        catch
        {
            s.Forget();
            if (SQLitePCL.raw.sqlite3_get_autocommit(_connection!.Handle) == 0) s.Rollback.Run();
            throw;
        }
    }

    public void Dispose()
    {
        _s?.Dispose();
        _connection?.Dispose();
    }

    private Statements Open()
    {
        if (_s is not null) return _s;
        _connection = store.OpenWriter();
        return _s = new(_connection, sealer, new(_connection));
    }

    /// <summary>SQLite's data version moves when another connection commits; what is kept in memory is then read again.</summary>
    private void ForgetIfOthersWrote(Statements s)
    {
        s.DataVersion.Step();
        var version = s.DataVersion.Long(0);
        s.DataVersion.Reset();
        if (version != _version && _version >= 0) s.Forget();
        _version = version;
    }

    private void Serve(Statements s, ExposureEntry entry)
    {
        var list = entry.Exposure;
        var added = s.AddList.Set(1, list.Id).Set(2, list.ServedAt).Set(3, list.Placement).Set(4, list.Experiment).Set(5, list.Phase).Set(6, list.Arm).Set(7, list.Variant).Set(8, list.Run)
            .Set(9, list.Unit).Set(10, list.Session).Set(11, list.Simulated).SetText(12, entry.Text.Items).SetText(13, entry.Text.Propensities)
            .Set(14, list.Fallback).Set(15, list.Reason).Set(16, list.HostDecides).Set(17, (long?)list.Head).Set(18, (long?)list.Variety).Set(19, list.Teams?.Write()).Set(20, list.AssignedWith).Run();
        if (added == 0)
        {
            entry.Earlier = s.Lists.Find(list.Id)!.Exposure; // a host reports a list again that is stored already: first write wins
            return;
        }
        if (list.Experiment > 0 && list.Unit.Length > 0 && list.Traits is { } traits)
            foreach (var (name, value) in traits)
                s.AddTrait.Set(1, list.Experiment).Set(2, list.Phase).Set(3, list.Simulated).Set(4, name).Set(5, list.Unit).Set(6, value).Set(7, list.ServedAt).Run();
        s.Lists.Add(list);
        s.Fold.Served(list);
    }

    private EventReceipt Take(Statements s, ReceivedEvent e)
    {
        ShownList? list = null;
        var place = -1;
        if (e.Recommendation is not null && Check(s, e, out list, out place) is { } reason)
        {
            var kept = s.Quarantine.Set(1, e.Id).Set(2, reason).Set(3, e.Type).Set(4, e.Recommendation).Set(5, e.Item).Set(6, e.Unit ?? "").Set(7, e.ReceivedAt).Set(8, e.Simulated).Run();
            s.TrimQuarantine.Set(1, KeptInQuarantine).Run();
            if (kept > 0) Count(s, "quarantined:" + reason, list?.Exposure.Placement ?? "", e.Simulated, e.ReceivedAt, 1);
            return new(EventStatus.Quarantined, reason, list?.Exposure.Placement ?? "");
        }
        var exposure = list?.Exposure;
        var unit = exposure?.Unit.Length > 0 ? exposure.Unit : exposure is null ? e.Unit ?? "" : "";
        var flags = e.Flags | Windows(e, list);
        var item = e.Item ?? (place >= 0 ? exposure!.Items[place] : null);
        var added = s.AddEvent.Set(1, e.Id).Set(2, e.Type).Set(4, item).Set(6, unit).Set(7, e.Session ?? exposure?.Session ?? "")
            .Set(8, e.OccurredAt).Set(9, e.ReceivedAt).Set(10, e.Value).Set(11, e.Currency).Set(12, e.Properties).Set(13, e.Simulated)
            .Set(14, exposure?.Experiment ?? 0).Set(15, exposure?.Phase ?? 0).Set(16, exposure?.Arm ?? 0).Set(17, (long)flags);
        if (exposure is null) added.Set(3, (string?)null); else added.Set(3, exposure.Id);
        added.Set(5, place < 0 ? null : place + 1L);
        if (added.Run() == 0)
        {
            Count(s, "duplicate", exposure?.Placement ?? "", e.Simulated, e.ReceivedAt, 1);
            return new(EventStatus.Duplicate, null, exposure?.Placement ?? "");
        }
        Add(s, e, list, place, unit, item, flags);
        return new(EventStatus.Accepted, null, exposure?.Placement ?? "");
    }

    /// <summary>Counts an accepted event in the folds.</summary>
    private void Add(Statements s, ReceivedEvent e, ShownList? list, int place, string unit, string? item, EventFlags flags)
    {
        var placement = list?.Exposure.Placement ?? "";
        if (FlagName(flags) is { } name) Count(s, name, placement, e.Simulated, e.ReceivedAt, 1);
        if (EventTypes.IsImpression(e.Type))
        {
            if (flags == EventFlags.None && s.Fold.Impression(list!, e.Type, place, e.OccurredAt)) s.Lists.Touch(list!);
        }
        else if (EventTypes.IsOutcome(e.Type) && unit.Length > 0 && (flags & (EventFlags.Future | EventFlags.Stale)) == 0)
        {
            s.Fold.Outcome(e, unit, flags);
        }
        if (!EventTypes.IsInterest(e.Type) || unit.Length == 0 || item is null) return;
        s.Fold.Interest(unit, e.Simulated, e.OccurredAt, item, e.Type);
        _interests.Add(new(unit, e.Simulated, e.OccurredAt, item, e.Type));
    }

    /// <summary>Why the event must not touch any total, or null; and the list and place it names.</summary>
    private static string? Check(Statements s, ReceivedEvent e, out ShownList? list, out int place)
    {
        (list, place) = (null, -1);
        if (!SealedId.TryParse(e.Recommendation, out var id)) return QuarantineReasons.Malformed;
        list = s.Lists.Find(id.Id);
        if (list is null) return QuarantineReasons.Unknown;
        if (!CryptographicEquals(list.Id.Seal, id.Seal)) return QuarantineReasons.Forged;
        var exposure = list.Exposure;
        if (exposure.Simulated != e.Simulated) return QuarantineReasons.Mixed;
        if (e.Unit is { Length: > 0 } unit && exposure.Unit.Length > 0 && unit != exposure.Unit) return QuarantineReasons.Foreign;
        if (EventTypes.IsImpression(e.Type) && e.OccurredAt - exposure.ServedAt > EventTimes.OutcomeWindow) return QuarantineReasons.Replayed;
        place = e.Item is not null ? list.PlaceOf(e.Item) : e.Position > 0 && e.Position <= exposure.Items.Count ? e.Position - 1 : -1;
        var whole = e.Item is null && e.Position == 0 && e.Type == EventTypes.Rendered;
        var undecided = exposure.HostDecides && exposure.Items.Count == 0;
        return place >= 0 || whole || undecided || !EventTypes.IsImpression(e.Type) ? null : QuarantineReasons.Foreign;
    }

    private EventFlags Windows(ReceivedEvent e, ShownList? list)
    {
        var flags = e.Currency is not null && e.Currency != currency ? EventFlags.OtherCurrency : EventFlags.None;
        if (list is null) return flags | EventFlags.NoList;
        if (list.Exposure.HostDecides && list.Exposure.Items.Count == 0 && EventTypes.IsImpression(e.Type)) flags |= EventFlags.Pending;
        if (e.Simulated) return flags; // a simulated visitor's clock starts where its world says
        var after = e.OccurredAt - list.Exposure.ServedAt;
        var inside = EventTypes.IsImpression(e.Type) ? Math.Abs(after) <= EventTimes.JoinWindow : after >= -EventTimes.JoinWindow && after <= EventTimes.OutcomeWindow;
        return inside ? flags : flags | EventFlags.OutsideWindow;
    }

    private static string? FlagName(EventFlags flags) =>
        (flags & EventFlags.Future) != 0 ? "future" : (flags & EventFlags.Stale) != 0 ? "stale" : (flags & EventFlags.Late) != 0 ? "late"
        : (flags & EventFlags.OutsideWindow) != 0 ? "outside-window" : (flags & EventFlags.NoList) != 0 ? "no-list" : null;

    private static void Count(Statements s, string kind, string placement, bool simulated, long at, int count) =>
        CollectionsMarshal.GetValueRefOrAddDefault(s.Tallies, (EventTimes.DayOf(at), kind, placement, simulated), out _) += count;

    private static bool CryptographicEquals(string a, string b) =>
        System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(a.AsSpan()), MemoryMarshal.AsBytes(b.AsSpan()));

    /// <summary>Everything prepared once per connection.</summary>
    private sealed class Statements(SqliteConnection connection, IdSealer sealer, MeasureBook.Shelf books) : IDisposable
    {
        public readonly Statement Begin = new(connection, "BEGIN IMMEDIATE"), Commit = new(connection, "COMMIT"), Rollback = new(connection, "ROLLBACK"),
            DataVersion = new(connection, "PRAGMA data_version");
        public readonly Statement AddList = new(connection, "INSERT INTO recommendation (id, served_at, placement, experiment, phase, arm, variant, run, unit, session, simulated, items, propensities, fallback, "
            + "reason, host_decides, head, variety, teams, assigned_with) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20) ON CONFLICT (id) DO NOTHING");
        /// <summary>The earliest list says what a user was; of two at the same moment the smaller value, so that the order of arrival never matters.</summary>
        public readonly Statement AddTrait = new(connection, """
            INSERT INTO trait VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT DO UPDATE SET value = excluded.value, at = excluded.at WHERE excluded.at < at OR (excluded.at = at AND excluded.value < value)
            """);
        public readonly Statement AddEvent = new(connection, "INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17) ON CONFLICT (id) DO NOTHING");
        public readonly Statement Quarantine = new(connection, "INSERT INTO quarantine VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO NOTHING");
        public readonly Statement TrimQuarantine = new(connection, "DELETE FROM quarantine WHERE rowid <= (SELECT max(rowid) FROM quarantine) - ?1");
        private readonly Statement _tally = new(connection, "INSERT INTO tally VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET count = count + excluded.count");
        public readonly ShownLists Lists = new(connection, sealer);
        public readonly MeasureBook.Shelf Books = books;
        public readonly Fold Fold = new(connection, books);
        public readonly Dictionary<(int Day, string Kind, string Placement, bool Simulated), int> Tallies = [];

        public void WriteTallies()
        {
            foreach (var ((day, kind, placement, simulated), count) in Tallies) _tally.Set(1, day).Set(2, kind).Set(3, placement).Set(4, simulated).Set(5, count).Run();
            Tallies.Clear();
        }

        public void Forget()
        {
            Lists.Forget();
            Fold.Forget();
            Tallies.Clear();
        }

        public void Dispose()
        {
            foreach (var statement in new[] { Begin, Commit, Rollback, DataVersion, AddList, AddTrait, AddEvent, Quarantine, TrimQuarantine, _tally }) statement.Dispose();
            Lists.Dispose();
            Fold.Dispose();
            Books.Dispose();
        }
    }
}
