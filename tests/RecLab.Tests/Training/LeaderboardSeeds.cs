using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Data;
using RecLab.Recommenders;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Data.Import;
using RecLab.Recommenders.Evaluation;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Tests.Training;

/// <summary>Finished runs whose numbers are real: families are trained here, in this process, on a small made data set and judged as a training is.</summary>
internal static class LeaderboardSeeds
{
    /// <summary>A data set of people who like one of eight kinds of items, with popular ones among them, and one run of each family.</summary>
    public static async Task<(Dataset Dataset, IReadOnlyList<TrainingRun> Runs)> JudgedAsync(this RecLabApp app, string name, params string[] families) => await app.CutAsync(name, new() { Hidden = 0.1 }, families);

    /// <summary>The same, cut in another way.</summary>
    public static async Task<(Dataset Dataset, IReadOnlyList<TrainingRun> Runs)> CutAsync(this RecLabApp app, string name, SplitPlan plan, params string[] families)
    {
        var data = Made();
        var writer = app.Services.GetRequiredService<DatasetWriter>();
        var dataset = await writer.ReserveAsync(name, "made", DatasetOrigin.Generated, plan.Hidden, "test", plan: plan);
        dataset = await writer.StoreAsync(dataset.Id, data, new ImportReport("made", data.Count, data.Count, [], []));
        var split = plan.Cut(data);
        var runs = new List<TrainingRun>();
        foreach (var key in families)
        {
            var family = RecommenderCatalog.Get(key);
            var watch = Stopwatch.StartNew();
            var model = family.Create(OptionsJson.Read(family, "{}")).Train(split.Train, new TrainingContext { Device = "cpu", Seed = 1, Threads = 1, Validation = split.Validation });
            var seconds = watch.Elapsed.TotalSeconds;
            var judged = OfflineEvaluation.Judge(model, split, 1, new Progress<double>(), CancellationToken.None);
            using var saved = new MemoryStream();
            model.Save(saved);
            var run = await app.AddRunAsync(dataset, key, key, 1, run =>
            {
                (run.Evaluation, run.ValidationScore, run.ScoringMicroseconds, run.TrainSeconds, run.ArtifactBytes) = (judged.Test.ToJson(), judged.Validation, judged.ScoringMicroseconds, seconds, saved.Length);
                run.ArtifactHash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(saved.ToArray()));
            });
            var folder = Path.Combine(app.Services.GetRequiredService<HostPaths>().Artifacts, ArtifactStore.Folder(run.Id), "model");
            Directory.CreateDirectory(folder);
            using (var file = File.Create(Path.Combine(folder, "per-user.safetensors"))) judged.Test.PerUser!.Save(file);
            runs.Add(run);
        }
        return (dataset, runs);
    }

    /// <summary>A finished run of a variant, which is made where it is missing.</summary>
    public static async Task<TrainingRun> AddRunAsync(this RecLabApp app, Dataset dataset, string variant, string family, int version, Action<TrainingRun> fill)
    {
        await using var db = await app.Services.GetRequiredService<IDbContextFactory<RecLabDb>>().CreateDbContextAsync();
        var key = $"{variant}-{dataset.Id}".ToLowerInvariant();
        if (await db.Set<Variant>().FirstOrDefaultAsync(v => v.Key == key) is not { } owner)
        {
            owner = new() { Key = key, Name = variant, Family = family, Options = "{}", DatasetId = dataset.Id };
            db.Add(owner);
            await db.SaveChangesAsync();
        }
        var run = new TrainingRun
        {
            VariantId = owner.Id, DatasetId = dataset.Id, Version = version, State = RunState.Succeeded, Options = "{}", Seed = 1, FinishedAt = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero).AddMinutes(version),
        };
        fill(run);
        db.Add(run);
        await db.SaveChangesAsync();
        return run;
    }

    private static Interactions Made()
    {
        const int Users = 300, Items = 160, Kinds = 8, Rows = 24;
        var random = new Random(7);
        var (user, item) = (new List<int>(), new List<int>());
        for (var u = 0; u < Users; u++)
        {
            var seen = new HashSet<int>();
            while (seen.Count < Rows)
            {
                var popular = (int)(Items * Math.Pow(random.NextDouble(), 2));
                var liked = random.NextDouble() < 0.7 ? popular / Kinds * Kinds + u % Kinds : popular;
                if (liked < Items && seen.Add(liked)) { user.Add(u); item.Add(liked); }
            }
        }
        return new(Vocabulary.OfNumbers(Users), Vocabulary.OfNumbers(Items), [.. user], [.. item], [.. user.Select(_ => 1f)], [.. user.Select((_, r) => 1_600_000_000L + r % Rows * 3600L)]);
    }
}
