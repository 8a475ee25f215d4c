using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Live;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Evaluation;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Serving;

/// <summary>The models being served, by variant. A newly served run is loaded and warmed beside the old one and takes its place between two requests; a model that cannot be
/// loaded leaves the old one where it is. Looks when told so and every two seconds, because trainings run in other processes.</summary>
public sealed class ModelShelf(IDbContextFactory<RecLabDb> databases, ArtifactStore artifacts, DatasetShelf datasets, LiveFeed feed, TimeProvider clock, ILogger<ModelShelf> log) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly Dictionary<int, Interactions> _past = [];
    private readonly HashSet<int> _broken = [];
    private volatile FrozenDictionary<int, ShelvedModel> _models = FrozenDictionary<int, ShelvedModel>.Empty;

    /// <summary>True once the first look is over: whatever can be served is served.</summary>
    public bool Ready { get; private set; }

    /// <summary>All models on the shelf.</summary>
    public IEnumerable<ShelvedModel> All => _models.Values;

    /// <summary>The model of a variant, or null.</summary>
    public ShelvedModel? Of(int variantId) => _models.GetValueOrDefault(variantId);

    /// <summary>The model of a variant by key, or null.</summary>
    public ShelvedModel? Of(string key) => _models.Values.FirstOrDefault(m => m.Key == key);

    /// <summary>The newest popularity model: the last resort of every placement.</summary>
    public ShelvedModel? LastResort => _models.Values.Where(m => m.Family == "popularity").MaxBy(m => m.RunId);

    /// <summary>Brings the shelf in line with what variants say is served.</summary>
    public async Task RefreshAsync(CancellationToken cancellation = default)
    {
        await _reading.WaitAsync(cancellation);
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancellation);
            var served = await db.Set<Variant>().AsNoTracking().Where(v => v.ServedRunId != null)
                .Join(db.Set<TrainingRun>().AsNoTracking(), v => v.ServedRunId, r => r.Id, (Variant, Run) => new { Variant, Run }).ToListAsync(cancellation);
            var before = _models;
            var now = new Dictionary<int, ShelvedModel>();
            var changed = served.Count != before.Count;
            foreach (var (variant, run) in served.Select(s => (s.Variant, s.Run)))
            {
                var old = before.GetValueOrDefault(variant.Id);
                if (old?.RunId == run.Id) { now[variant.Id] = old; continue; }
                if (_broken.Contains(run.Id)) { if (old is not null) now[variant.Id] = old; continue; }
                changed = true;
                if (await LoadAsync(variant, run, cancellation) is { } loaded) now[variant.Id] = loaded;
                else if (old is not null) now[variant.Id] = old;
            }
            if (changed) _models = now.ToFrozenDictionary();
            Ready = true;
        }
        finally { _reading.Release(); }
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var listening = feed.Listen(LiveFeed.Variants, () => TryRefreshAsync(stopping));
        using var timer = new PeriodicTimer(Poll, clock);
        do await TryRefreshAsync(stopping);
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private async Task<ShelvedModel?> LoadAsync(Variant variant, TrainingRun run, CancellationToken cancellation)
    {
        try
        {
            var model = await artifacts.LoadAsync(run, cancellation);
            var shelved = new ShelvedModel(variant.Id, variant.Key, variant.Family, run.Id, run.Version, model, await PastAsync(run.DatasetId, cancellation));
            shelved.Warm();
            return shelved;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            _broken.Add(run.Id); // it will not get better by trying; a new run gets a new chance
            log.LogError(fault, "The model of run {Run} of variant {Variant} cannot be served; what was served before stays.", run.Id, variant.Key);
            return null;
        }
    }

    private async Task<Interactions> PastAsync(int datasetId, CancellationToken cancellation)
    {
        if (_past.TryGetValue(datasetId, out var past)) return past;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var hidden = await db.Set<Dataset>().Where(d => d.Id == datasetId).Select(d => d.HiddenShare).SingleAsync(cancellation);
        var data = await datasets.OpenAsync(datasetId, cancellation);
        return _past[datasetId] = Splits.FourSlices(data, hidden: hidden).Past;
    }

    private async Task TryRefreshAsync(CancellationToken stopping)
    {
        try { await RefreshAsync(stopping); }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested) { log.LogDebug("The shelf closes with the application."); }
        catch (Exception fault) { log.LogWarning(fault, "The served variants could not be read; the models on the shelf stay."); }
    }
}
