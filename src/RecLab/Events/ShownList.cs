using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace RecLab.Events;

/// <summary>What has happened to one place of a list.</summary>
[Flags]
internal enum Mark : byte { None = 0, Rendered = 1, Viewable = 2, Clicked = 4 }

/// <summary>A list with what has happened to each of its places so far.</summary>
internal sealed class ShownList(Exposure exposure, IdSealer sealer, byte[] marks, bool stored)
{
    private SealedId? _id;

    public Exposure Exposure { get; } = exposure;

    /// <summary>Sealed when somebody first asks: most lists in memory are never asked about.</summary>
    public SealedId Id => _id ??= sealer.Seal(Exposure);

    /// <summary>One <see cref="Mark"/> per place.</summary>
    public byte[] Marks { get; } = marks;

    /// <summary>The marks have a row already.</summary>
    public bool Stored { get; set; } = stored;
    public bool Touched { get; set; }

    /// <summary>The place of an item, from 0, or -1.</summary>
    public int PlaceOf(string item)
    {
        for (var i = 0; i < Exposure.Items.Count; i++)
            if (string.Equals(Exposure.Items[i], item, StringComparison.Ordinal)) return i;
        return -1;
    }
}

/// <summary>The lists the writer needs at hand: the newest stay in memory, older ones are read back. Only the writer's thread uses it.</summary>
internal sealed class ShownLists(SqliteConnection connection, IdSealer sealer) : IDisposable
{
    private const int Generation = 20_000;
    private readonly Statement _find = new(connection, """
        SELECT r.served_at, r.placement, r.experiment, r.phase, r.arm, r.variant, r.unit, r.simulated, r.items, r.host_decides, m.marks, r.reason, r.run, r.teams
        FROM recommendation r LEFT JOIN mark m ON m.recommendation = r.id WHERE r.id = ?1
        """);
    private readonly Statement _insert = new(connection, "INSERT INTO mark (recommendation, marks) VALUES (?1, ?2)");
    private readonly Statement _update = new(connection, "UPDATE mark SET marks = ?2 WHERE recommendation = ?1");
    private readonly List<ShownList> _touched = [];
    private Dictionary<Guid, ShownList> _young = [], _old = [];

    /// <summary>A list that is being served now.</summary>
    public void Add(Exposure exposure) => Keep(new(exposure, sealer, new byte[exposure.Items.Count], stored: false));

    /// <summary>The list, or null where none was served under this id.</summary>
    public ShownList? Find(Guid id)
    {
        if (_young.TryGetValue(id, out var list)) return list;
        if (!_old.Remove(id, out list)) list = Read(id);
        if (list is not null) Keep(list);
        return list;
    }

    /// <summary>Says that the marks changed.</summary>
    public void Touch(ShownList list)
    {
        if (list.Touched) return;
        list.Touched = true;
        _touched.Add(list);
    }

    /// <summary>Writes the changed marks.</summary>
    public void Write()
    {
        foreach (var list in _touched)
        {
            (list.Stored ? _update : _insert).Set(1, list.Exposure.Id).Set(2, list.Marks).Run();
            (list.Stored, list.Touched) = (true, false);
        }
        _touched.Clear();
    }

    /// <summary>Forgets everything in memory: the transaction failed, or another process wrote.</summary>
    public void Forget()
    {
        _young.Clear();
        _old.Clear();
        _touched.Clear();
    }

    public void Dispose()
    {
        _find.Dispose();
        _insert.Dispose();
        _update.Dispose();
    }

    private void Keep(ShownList list)
    {
        if (_young.Count >= Generation)
        {
            // a touched list must stay the one that is written; touched lists live in _touched too and are found again by their row only after Write
            if (_touched.Count > 0) Write();
            (_old, _young) = (_young, []);
        }
        _young[list.Exposure.Id] = list;
    }

    private ShownList? Read(Guid id)
    {
        try
        {
            if (!_find.Set(1, id).Step()) return null;
            var exposure = new Exposure
            {
                Id = id, ServedAt = _find.Long(0), Placement = _find.Text(1), Experiment = _find.Int(2), Phase = _find.Int(3), Arm = _find.Int(4), Variant = _find.Int(5),
                Unit = _find.Text(6), Simulated = _find.Int(7) == 1, Items = JsonSerializer.Deserialize<string[]>(_find.Text(8)) ?? [], Propensities = [], HostDecides = _find.Int(9) == 1, Reason = _find.Text(11), Run = _find.Int(12),
                Teams = _find.IsNull(13) ? null : TeamPlaces.Read(_find.Text(13)),
            };
            var stored = !_find.IsNull(10);
            return new(exposure, sealer, stored ? _find.Blob(10).ToArray() : new byte[exposure.Items.Count], stored);
        }
        finally
        {
            _find.Reset();
        }
    }
}
