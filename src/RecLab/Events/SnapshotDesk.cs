using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Experiments;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Data.Import;
using RecLab.Storage;

namespace RecLab.Events;

/// <summary>A snapshot that cannot be made: one clear sentence. No data set was changed.</summary>
public sealed class SnapshotRefusedException(string message) : Controls.Refusal(message);

/// <summary>A snapshot in memory, before it is stored.</summary>
public sealed record PreparedSnapshot(Interactions Data, LogCut Cut);

/// <summary>Cuts data sets from the event log: the rows of a base data set that models may see, and behind them one row per person and item of the log, whose value is
/// the sum of the weights of what the person did with the item (each act once, at most <see cref="LogRecipe.Most"/>) and whose time is the last of it.</summary>
public sealed class SnapshotDesk(InteractionReader log, DatasetShelf shelf, DatasetWriter writer, IDbContextFactory<RecLabDb> databases, TimeProvider clock)
{
    /// <summary>A snapshot has at least so many rows of the log.</summary>
    public const int Least = 10;

    /// <summary>Reads the log and cuts it; nothing is stored.</summary>
    /// <param name="baseId">The data set whose catalogue it gets; of a snapshot, that snapshot's own base.</param>
    /// <exception cref="SnapshotRefusedException">The recipe is not valid, the base is not there, or the log has too little.</exception>
    public async Task<PreparedSnapshot> PrepareAsync(int baseId, LogRecipe recipe, CancellationToken cancellation = default)
    {
        Check(recipe);
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var chosen = await db.Set<Dataset>().AsNoTracking().FirstOrDefaultAsync(d => d.Id == baseId, cancellation);
        if (chosen is not null && LogCut.Of(chosen) is { } older) chosen = await db.Set<Dataset>().AsNoTracking().FirstOrDefaultAsync(d => d.Id == older.BaseId, cancellation);
        if (chosen is not { State: DatasetState.Ready }) throw new SnapshotRefusedException("The data set that the snapshot is to build on is not there or not ready.");
        var settings = await db.Set<Experiment>().AsNoTracking().Select(e => e.Settings).ToListAsync(cancellation);
        string[] testers = [.. settings.SelectMany(s => ExperimentSettings.FromJson(s).Overrides.Keys).Distinct(StringComparer.Ordinal)];
        var data = await shelf.OpenAsync(chosen.Id, cancellation);
        // told with a secret key; what a page alone has named stays unknown
        var told = await db.Set<ToldItem>().AsNoTracking().Where(i => i.DeletedAt == null).ToListAsync(cancellation);
        if (told.Count > 0) data = data.Describe(new Catalogue(data.Catalogue.Items.Concat(told.OrderBy(i => i.Id, StringComparer.Ordinal).Select(i => i.Over(data.Catalogue.Contains(i.Id) ? data.Catalogue[i.Id] : null))), data.Catalogue.Graph), data.Audience);
        return await Task.Run(() => Cut(chosen, data, recipe, testers, cancellation), cancellation);
    }

    /// <summary>Stores a snapshot under a name.</summary>
    /// <exception cref="ImportRefusedException">The name is not usable.</exception>
    public async Task<Dataset> StoreAsync(PreparedSnapshot snapshot, string name, string who, CancellationToken cancellation = default)
    {
        var origin = snapshot.Cut.Recipe.Simulated ? DatasetOrigin.SimulatedLog : DatasetOrigin.LiveLog;
        var dataset = await writer.ReserveAsync(name, "log", origin, 0, who, cancellation);
        try
        {
            return await Task.Run(() => writer.StoreAsync(dataset.Id, snapshot.Data, null, cancellation, snapshot.Cut), cancellation);
        }
        catch
        {
            await writer.ForgetAsync(dataset.Id);
            throw;
        }
    }

    /// <summary>Cuts and stores.</summary>
    /// <exception cref="SnapshotRefusedException">As for <see cref="PrepareAsync"/>.</exception>
    /// <exception cref="ImportRefusedException">The name is not usable.</exception>
    public async Task<Dataset> MakeAsync(string name, int baseId, LogRecipe recipe, string who, CancellationToken cancellation = default) =>
        await StoreAsync(await PrepareAsync(baseId, recipe, cancellation), name, who, cancellation);

    /// <summary>A name that says what a snapshot is: "shop, live log 2026-11-22 06:44:53".</summary>
    public string NameFor(LogCut cut, string? of = null)
    {
        var end = FormattableString.Invariant($", {cut.Recipe.Side()} log {clock.GetUtcNow():yyyy-MM-dd HH:mm:ss}");
        var start = of ?? cut.Base;
        return (start.Length + end.Length > 80 ? start[..(80 - end.Length)] : start) + end;
    }

    /// <exception cref="SnapshotRefusedException">Something in the recipe is out of range; the sentence says what.</exception>
    public static void Check(LogRecipe recipe)
    {
        foreach (var (type, weight) in recipe.Weights)
        {
            if (!InteractionReader.IsLearnable(type)) throw new SnapshotRefusedException($"Nothing can be learnt from events of the type '{type}'. There are viewable, click, add_to_cart, purchase, rating and custom:name.");
            if (weight is not (>= 0 and <= 100)) throw new SnapshotRefusedException($"The weight of '{type}' must lie between 0 and 100.");
        }
        if (recipe.Weights.Values.All(w => w == 0)) throw new SnapshotRefusedException("Give at least one type of event a weight above 0.");
        if (recipe.Most is not (> 0 and <= 1000)) throw new SnapshotRefusedException("The most that one person and item weigh together must lie above 0 and at most at 1000.");
        if (recipe.HalfLifeDays is not (null or (> 0 and <= 36500))) throw new SnapshotRefusedException("The half-life must be above 0 days and at most 36500.");
        if (recipe is { From: { } from, Until: { } until } && from >= until) throw new SnapshotRefusedException("The log must be read from a time before the time it is read until.");
    }

    private PreparedSnapshot Cut(Dataset chosen, Interactions data, LogRecipe recipe, string[] testers, CancellationToken cancellation)
    {
        var gathering = new LogGathering(recipe, id => data.Items.IndexOf(id) >= 0 || data.Catalogue.Contains(id));
        var range = new InteractionRange(recipe.Simulated, [.. recipe.Weights.Where(w => w.Value > 0).Select(w => w.Key)], recipe.Placement,
            recipe.From?.ToUnixTimeMilliseconds() ?? long.MinValue, recipe.Until?.ToUnixTimeMilliseconds() ?? long.MaxValue, testers);
        foreach (var interaction in log.Read(range))
        {
            cancellation.ThrowIfCancellationRequested();
            gathering.Add(interaction);
        }
        var pairs = gathering.Pairs();
        if (pairs.Count == 0) throw new SnapshotRefusedException($"The {recipe.Side()} log holds nothing yet that could be learnt from by these weights.");
        if (pairs.Count < Least) throw new SnapshotRefusedException($"The {recipe.Side()} log holds only {pairs.Count} pairs of a person and an item; a snapshot needs at least {Least}.");

        // The hidden slice is what simulated visitors' tastes are made of: it enters no snapshot, so that what a model knows of it was clicked.
        var past = recipe.WithBase ? chosen.Plan().Cut(data).Past : data.Where(_ => false);
        var users = new Numbered(recipe.WithBase ? data.Users.Ids : []);
        var items = new Numbered(data.Items.Ids);
        var known = users.Count;
        int[] user = [.. past.User, .. pairs.Select(p => users.Of(p.Unit))], item = [.. past.Item, .. pairs.Select(p => items.Of(p.Item))];
        var rows = new Interactions(users.Build(), items.Build(), user, item, [.. past.Value, .. pairs.Select(p => p.Weight)], [.. past.Time, .. pairs.Select(p => p.Seconds)],
            data.Catalogue, data.Audience, ScenarioColumn.Of([.. ScenariosOf(past), .. pairs.Select(p => p.Placement)]));
        var (first, last) = gathering.Span;
        return new(rows, new(recipe, chosen.Id, chosen.Name, gathering.Counts(), gathering.Missing(), past.Count, pairs.Count,
            users.Count - known, DateTimeOffset.FromUnixTimeMilliseconds(first), DateTimeOffset.FromUnixTimeMilliseconds(last)));
    }

    private static IEnumerable<string?> ScenariosOf(Interactions data) =>
        data.Scenarios is { } scenarios ? scenarios.OfRow.Select(s => s < 0 ? null : scenarios.Names[s]) : Enumerable.Repeat<string?>(null, data.Count);

    /// <summary>A vocabulary that grows: the ids of the base keep their indices.</summary>
    private sealed class Numbered(IReadOnlyList<string> start)
    {
        private readonly List<string> _ids = [.. start];
        private readonly Dictionary<string, int> _indices = start.Select((id, i) => (id, i)).ToDictionary(p => p.id, p => p.i, StringComparer.Ordinal);

        public int Count => _ids.Count;

        public int Of(string id)
        {
            if (_indices.TryGetValue(id, out var index)) return index;
            _ids.Add(id);
            return _indices[id] = _ids.Count - 1;
        }

        public Vocabulary Build() => new(_ids);
    }
}
