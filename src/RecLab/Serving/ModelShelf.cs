using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Live;
using RecLab.Recommenders;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models;
using RecLab.Serving.External;
using RecLab.Storage;
using RecLab.Training;
using RecLab.Training.External;

namespace RecLab.Serving;

/// <summary>The served models, replaced between two requests. It looks at the variants when told that one changed and every two seconds, because trainings
/// end in other processes; a new model answers one question for itself before it answers anybody else.</summary>
public sealed class ModelShelf(IDbContextFactory<RecLabDb> databases, ArtifactStore artifacts, DatasetShelf datasets, EndpointCaller endpoints, EndpointSecrets secrets, LiveFeed feed, TimeProvider clock,
    ILogger<ModelShelf> log) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2), Pause = TimeSpan.FromSeconds(30);
    /// <summary>Items with which a model is asked whether it hears of them: one alone may be like nothing else.</summary>
    private const int Probes = 3;

    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private readonly Dictionary<int, (int Run, long Since)> _broken = [];
    private volatile View _view = new(FrozenDictionary<int, ServedModel>.Empty, FrozenDictionary<string, ServedModel>.Empty, FrozenDictionary<int, VariantName>.Empty, null, false);

    private sealed record View(FrozenDictionary<int, ServedModel> ById, FrozenDictionary<string, ServedModel> ByKey, FrozenDictionary<int, VariantName> Names, ServedModel? LastResort, bool Read)
    {
        public long Generation { get; init; }
    }

    /// <summary>What a variant is called, with or without a model.</summary>
    public sealed record VariantName(int Id, string Key, string Name);

    /// <summary>The model of a variant, or null while there is none. Hold it for a whole list.</summary>
    public ServedModel? Borrow(int variantId) => _view.ById.GetValueOrDefault(variantId);

    /// <summary>The model of a variant by its key.</summary>
    public ServedModel? Borrow(string variantKey) => _view.ByKey.GetValueOrDefault(variantKey);

    /// <summary>The newest popularity model, or one counted from the newest data set (no snapshot of a log) where none was trained; null while there is no data at all.</summary>
    public ServedModel? LastResort => _view.LastResort;

    /// <summary>What a variant is called, or null where there is none.</summary>
    public VariantName? NameOf(int variantId) => _view.Names.GetValueOrDefault(variantId);

    /// <summary>Goes up whenever anything on the shelf is another model than before.</summary>
    public long Generation => _view.Generation;

    /// <summary>Everything on the shelf.</summary>
    public IReadOnlyList<ServedModel> All => _view.ById.Values;

    /// <summary>It has looked at the variants at least once and loaded what could be loaded.</summary>
    public bool Ready => _view.Read;

    /// <summary>Looks now.</summary>
    public async Task RefreshAsync(CancellationToken cancellation = default)
    {
        await _refreshing.WaitAsync(cancellation);
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancellation);
            var variants = await db.Set<Variant>().AsNoTracking().ToListAsync(cancellation);
            var view = _view;
            Dictionary<int, ServedModel> models = [];
            foreach (var variant in variants.Where(v => v.ServedRunId is not null))
                if (await ModelAsync(db, variant, view, cancellation) is { } model) models[variant.Id] = model;
            var unchanged = models.Count == view.ById.Count && models.All(m => ReferenceEquals(m.Value, view.ById.GetValueOrDefault(m.Key)));
            var lastResort = models.Values.Where(m => m.Family == "popularity").MaxBy(m => m.RunId) ?? await CountedAsync(db, view.LastResort, cancellation);
            foreach (var (id, past) in _pasts.ToArray()) // a model retrained every night leaves none behind
                if (lastResort?.Past != past && models.Values.All(m => m.Past != past)) _pasts.Remove(id);
            _view = new(models.ToFrozenDictionary(), models.Values.ToFrozenDictionary(m => m.Key, StringComparer.Ordinal),
                variants.ToFrozenDictionary(v => v.Id, v => new VariantName(v.Id, v.Key, v.Name)), lastResort, true)
            {
                Generation = view.Generation + (unchanged && ReferenceEquals(lastResort, view.LastResort) ? 0 : 1),
            };
        }
        finally
        {
            _refreshing.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await using var listening = feed.Listen(LiveFeed.Variants, () => TryRefreshAsync(stopping));
        using var timer = new PeriodicTimer(Poll, clock);
        do await TryRefreshAsync(stopping);
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private async Task TryRefreshAsync(CancellationToken stopping)
    {
        try
        {
            await RefreshAsync(stopping);
        }
        catch (Exception fault) when (!stopping.IsCancellationRequested)
        {
            log.LogWarning(fault, "The served variants could not be read; what is on the shelf stays.");
        }
        catch (OperationCanceledException)
        {
            log.LogDebug("Reading the served variants ended with the application.");
        }
    }

    /// <summary>The variant's served model: the one on the shelf, a newly loaded one, or the old one while the new one cannot be loaded.</summary>
    private async Task<ServedModel?> ModelAsync(RecLabDb db, Variant variant, View view, CancellationToken cancellation)
    {
        var present = view.ById.GetValueOrDefault(variant.Id);
        var runId = variant.ServedRunId!.Value;
        if (present?.RunId == runId) return present.Name == variant.Name ? present : present with { Name = variant.Name };
        if (_broken.TryGetValue(variant.Id, out var broken) && broken.Run == runId && clock.GetElapsedTime(broken.Since) < Pause) return present;
        try
        {
            var run = await db.Set<TrainingRun>().AsNoTracking().SingleAsync(r => r.Id == runId, cancellation);
            var past = await PastAsync(db, run.DatasetId, cancellation);
            var outside = variant.Family is ExternalFamilies.Endpoint or ExternalFamilies.LogOnly;
            var model = outside ? new Unscored(past.Users, past.Items) : await artifacts.LoadAsync(run, cancellation);
            var hears = Warm(model, past);
            _broken.Remove(variant.Id);
            log.LogInformation("Version {Version} of {Variant} (run {Run}) serves from now on.", run.Version, variant.Key, run.Id);
            return new(variant.Id, variant.Key, variant.Name, variant.Family, run.Version, run.Id, model, past)
            {
                Remote = variant.Family == ExternalFamilies.Endpoint ? Remote(EndpointSettings.FromJson(run.Options)) : null, HostDecides = variant.Family == ExternalFamilies.LogOnly, HearsHistory = hears,
            };
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            _broken[variant.Id] = (runId, clock.GetTimestamp());
            log.LogError(fault, "The model of {Variant} (run {Run}) cannot be served{Instead}.", variant.Key, runId, present is null ? "" : $"; version {present.Version} stays");
            return present;
        }
    }

    private async Task<Interactions> PastAsync(RecLabDb db, int datasetId, CancellationToken cancellation)
    {
        var dataset = await db.Set<Dataset>().AsNoTracking().SingleAsync(d => d.Id == datasetId, cancellation);
        var data = await datasets.OpenAsync(datasetId, cancellation);
        if (_pasts.TryGetValue(datasetId, out var known)) return known;
        var past = dataset.Plan().Cut(data).Past;
        past = past.Describe(data.Catalogue, data.Audience);
        _ = (past.ByUser.Count, past.ByItem.Count); // grouped now, not under the first request
        return _pasts[datasetId] = past;
    }

    private readonly Dictionary<int, Interactions> _pasts = [];

    private async Task<ServedModel?> CountedAsync(RecLabDb db, ServedModel? present, CancellationToken cancellation)
    {
        var newest = await db.Set<Dataset>().AsNoTracking().Where(d => d.State == DatasetState.Ready && d.Origin != DatasetOrigin.LiveLog && d.Origin != DatasetOrigin.SimulatedLog).OrderByDescending(d => d.Id).Select(d => (int?)d.Id).FirstOrDefaultAsync(cancellation);
        if (newest is not { } id) return null;
        if (present is { RunId: 0 } && present.Version == id) return present;
        try
        {
            var past = await PastAsync(db, id, cancellation);
            return new(0, "popularity", "Popularity", "popularity", id, 0, new Popularity(new()).Train(past, new()), past);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            log.LogError(fault, "Data set {Dataset} cannot be read for the last fallback.", id);
            return present;
        }
    }

    private RemoteRecommender Remote(EndpointSettings settings) => new(settings, secrets.Reveal(settings.Secret), endpoints, clock);

    /// <summary>Answers one question, and finds out whether a known user's answer hears of one more item.</summary>
    private static bool Warm(IModel model, Interactions past)
    {
        if (model.Items.Count == 0) return true;
        var user = past.Count > 0 ? past.User[^1] : -1;
        var (scores, more) = (new float[model.Items.Count], new float[model.Items.Count]);
        if (user < 0) { model.Score(new(-1, ReadOnlyMemory<int>.Empty), scores); return true; }
        var history = past.History(user);
        if (!model.Score(Query.Of(user, history), scores)) return true;
        var touched = history.ToHashSet();
        foreach (var other in Enumerable.Range(0, model.Items.Count).Where(i => !touched.Contains(i)).Take(Probes))
            if (model.Score(Query.Of(user, [.. history, other]), more) && !scores.AsSpan().SequenceEqual(more)) return true;
        return false;
    }
}
