using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RecLab.Data;
using RecLab.Recommenders;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data.Snapshots;
using RecLab.Recommenders.Evaluation;
using RecLab.Recommenders.Models.Lists;
using RecLab.Storage;
using RecLab.Training.External;

namespace RecLab.Training;

/// <summary>What trainings leave on disk. A run's folder holds its checkpoint while it trains and, once it succeeded, <c>model/</c> with
/// model.safetensors, card.json and the test values of each user, which appears whole or not at all.</summary>
public sealed class ArtifactStore(HostPaths paths, IDbContextFactory<RecLabDb> database, DatasetShelf datasets)
{
    private const string ModelFile = "model.safetensors", CardFile = "card.json", PerUserFile = "per-user.safetensors";

    /// <summary>The folder of a run, relative to the artifacts.</summary>
    public static string Folder(int runId) => string.Create(CultureInfo.InvariantCulture, $"run-{runId}");

    /// <summary>Where the training of a run keeps its checkpoint.</summary>
    public string Checkpoint(int runId) => Path.Combine(paths.Artifacts, Folder(runId), "checkpoint.safetensors");

    /// <summary>Writes model and card (none for a model that nobody trained) beside, syncs and renames.</summary>
    /// <returns>The model's folder relative to the artifacts, its SHA-256 (hex) and its size in bytes.</returns>
    public (string Folder, string Hash, long Bytes) Publish(int runId, IModel model, ModelCard? card, UserValues? perUser = null)
    {
        var folder = Path.Combine(Folder(runId), "model");
        var target = Path.Combine(paths.Artifacts, folder);
        var beside = target + ".new";
        if (Directory.Exists(beside)) Directory.Delete(beside, recursive: true);
        Directory.CreateDirectory(beside);
        var (hash, bytes) = Write(Path.Combine(beside, ModelFile), model.Save);
        if (card is not null) Write(Path.Combine(beside, CardFile), stream => JsonSerializer.Serialize(stream, card, ModelCard.Format));
        if (perUser is not null) Write(Path.Combine(beside, PerUserFile), perUser.Save);
        if (Directory.Exists(target)) Directory.Delete(target, recursive: true); // of an attempt that ended before it was recorded
        Directory.Move(beside, target);
        DirectorySync.Flush(Path.GetDirectoryName(target)!);
        return (folder, hash, bytes);
    }

    /// <summary>Reads the model of a run, after checking every byte against the hash recorded when it was trained.</summary>
    /// <exception cref="InvalidDataException">The run has no model, or it was changed since.</exception>
    public async Task<IModel> LoadAsync(TrainingRun run, CancellationToken cancellation = default)
    {
        if (run.State != RunState.Succeeded || run.Artifact.Length == 0) throw new InvalidDataException($"Run {run.Id} has no model.");
        await using var db = await database.CreateDbContextAsync(cancellation);
        var familyKey = await db.Set<Variant>().Where(v => v.Id == run.VariantId).Select(v => v.Family).SingleAsync(cancellation);
        var data = await datasets.OpenAsync(run.DatasetId, cancellation);
        var path = Path.Combine(paths.Artifacts, run.Artifact, ModelFile);
        if (!File.Exists(path)) throw new InvalidDataException($"The model of run {run.Id} is missing on disk.");
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        if (Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation)) != run.ArtifactHash)
            throw new InvalidDataException($"The model of run {run.Id} was changed after it was trained and is not loaded.");
        file.Position = 0;
        if (familyKey == ExternalFamilies.Lists) return UploadedLists.Load(file, data.Items);
        var family = RecommenderCatalog.Get(familyKey);
        return family.Create(OptionsJson.Read(family, run.Options)).Load(file, data.Users, data.Items);
    }

    /// <summary>The card of a run's model, or null where there is none.</summary>
    public ModelCard? Card(TrainingRun run)
    {
        var path = Path.Combine(paths.Artifacts, run.Artifact, CardFile);
        return run.Artifact.Length > 0 && File.Exists(path) ? JsonSerializer.Deserialize<ModelCard>(File.ReadAllBytes(path), ModelCard.Format) : null;
    }

    /// <summary>Each user's values of the ranking metrics on the offline test, for comparisons on the same users; null where none were kept.</summary>
    /// <exception cref="InvalidDataException">The file was damaged.</exception>
    public UserValues? PerUser(int runId)
    {
        var path = Path.Combine(paths.Artifacts, Folder(runId), "model", PerUserFile);
        if (!File.Exists(path)) return null;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        return UserValues.Load(file);
    }

    /// <summary>Removes what is only needed while a run can go on.</summary>
    public void DropCheckpoint(int runId)
    {
        var folder = Path.Combine(paths.Artifacts, Folder(runId));
        if (!Directory.Exists(folder)) return;
        foreach (var file in Directory.GetFiles(folder, "checkpoint*")) File.Delete(file);
    }

    /// <summary>Removes everything of a run.</summary>
    public void Delete(int runId)
    {
        var folder = Path.Combine(paths.Artifacts, Folder(runId));
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private static (string Hash, long Bytes) Write(string path, Action<Stream> write)
    {
        using var hash = SHA256.Create();
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
        using (var both = new CryptoStream(file, hash, CryptoStreamMode.Write, leaveOpen: true)) write(both);
        file.Flush(flushToDisk: true);
        return (Convert.ToHexStringLower(hash.Hash!), file.Length);
    }
}
