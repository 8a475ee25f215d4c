using Microsoft.EntityFrameworkCore;
using RecLab.Access;
using RecLab.Data;
using RecLab.Live;
using RecLab.Recommenders.Data.Import;
using RecLab.Recommenders.Models.Lists;
using RecLab.Storage;

namespace RecLab.Training.External;

/// <summary>What every external variant has.</summary>
/// <param name="Key">Lower-case letters, digits and hyphens, 1..40.</param>
/// <param name="DatasetId">Whose catalogue its items must be in; its rows are the users' histories.</param>
public sealed record ExternalDraft(string Key, string Name, int DatasetId, string Notes = "");

/// <summary>An endpoint as somebody typed it.</summary>
/// <param name="Secret">The header's value as it is; null keeps the one that is stored, empty removes it.</param>
public sealed record EndpointDraft(string Url, string Header = "Authorization", string? Secret = null, int TimeoutMs = 300, int MaxKilobytes = 256);

/// <summary>Takes requests about recommenders that are not trained here. Each change makes a new version, which is served at once; an old one can be served again like any other. A request
/// that is refused changes nothing.</summary>
public sealed class ExternalDesk(IDbContextFactory<RecLabDb> database, ArtifactStore artifacts, DatasetShelf datasets, EndpointSecrets secrets, LiveFeed feed, TimeProvider clock)
{
    /// <summary>Bytes of an uploaded file at most.</summary>
    public const long MostBytes = 256L << 20;

    /// <summary>What stands in the place of a device for versions that nobody trained.</summary>
    public const string NoDevice = "none";

    /// <summary>A new variant whose lists come from a file.</summary>
    /// <exception cref="RefusedException">The draft or the file is not acceptable.</exception>
    public Task<(Variant Variant, TrainingRun Run, ListReport Report)> CreateListsAsync(ExternalDraft draft, string path, string who, CancellationToken cancellation = default) => ListsAsync(draft, null, path, who, cancellation);

    /// <summary>A new version of uploaded lists.</summary>
    /// <exception cref="RefusedException">There is no such variant of uploaded lists, or the file is not acceptable.</exception>
    public Task<(Variant Variant, TrainingRun Run, ListReport Report)> ReplaceListsAsync(string key, string path, string who, CancellationToken cancellation = default) => ListsAsync(null, key, path, who, cancellation);

    /// <summary>A new variant that asks an HTTP endpoint.</summary>
    /// <exception cref="RefusedException">The draft is not acceptable.</exception>
    public async Task<Variant> CreateEndpointAsync(ExternalDraft draft, EndpointDraft endpoint, string who, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var variant = await AddAsync(db, draft, ExternalFamilies.Endpoint, who, cancellation);
        variant.Options = Settings(endpoint, null).ToJson();
        return await PublishAsync(db, transaction, variant, who, "variant.create", null, cancellation);
    }

    /// <summary>A new version of an endpoint.</summary>
    /// <exception cref="RefusedException">There is no such endpoint, or the draft is not acceptable.</exception>
    public async Task<Variant> ChangeEndpointAsync(string key, EndpointDraft endpoint, string who, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var variant = await FindAsync(db, key, ExternalFamilies.Endpoint, cancellation);
        variant.Options = Settings(endpoint, EndpointSettings.FromJson(variant.Options)).ToJson();
        return await PublishAsync(db, transaction, variant, who, "variant.edit", null, cancellation);
    }

    /// <summary>A new arm in which the host decides.</summary>
    /// <exception cref="RefusedException">The draft is not acceptable.</exception>
    public async Task<Variant> CreateLogOnlyAsync(ExternalDraft draft, string who, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var variant = await AddAsync(db, draft, ExternalFamilies.LogOnly, who, cancellation);
        return await PublishAsync(db, transaction, variant, who, "variant.create", null, cancellation);
    }

    private async Task<(Variant, TrainingRun, ListReport)> ListsAsync(ExternalDraft? draft, string? key, string path, string who, CancellationToken cancellation)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var datasetId = draft?.DatasetId ?? (await FindAsync(db, key!, ExternalFamilies.Lists, cancellation)).DatasetId;
        if (draft is not null) await CheckAsync(db, draft, cancellation);
        var data = await datasets.OpenAsync(datasetId, cancellation);
        UploadedLists lists;
        ListReport report;
        try
        {
            (lists, report) = await Task.Run(() => ListReader.Read(path, data.Items, cancellation), cancellation);
        }
        catch (ImportException e)
        {
            throw new RefusedException(e.Message);
        }
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var variant = draft is null ? await FindAsync(db, key!, ExternalFamilies.Lists, cancellation) : await AddAsync(db, draft, ExternalFamilies.Lists, who, cancellation);
        await PublishAsync(db, transaction, variant, who, draft is null ? "variant.edit" : "variant.create", lists, cancellation);
        return (variant, await db.Set<TrainingRun>().SingleAsync(r => r.Id == variant.ServedRunId, cancellation), report);
    }

    /// <summary>Makes the variant's present state a version and serves it: all of it or, after a failure, nothing.</summary>
    private async Task<Variant> PublishAsync(RecLabDb db, Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction transaction, Variant variant, string who, string action, UploadedLists? lists, CancellationToken cancellation)
    {
        await db.SaveChangesAsync(cancellation);
        var now = clock.GetUtcNow();
        var run = new TrainingRun
        {
            VariantId = variant.Id, DatasetId = variant.DatasetId, Options = variant.Options, Device = NoDevice, RequestedBy = who, State = RunState.Succeeded, Fraction = 1,
            RequestedAt = now, StartedAt = now, FinishedAt = now, Version = (await db.Set<TrainingRun>().Where(r => r.VariantId == variant.Id).MaxAsync(r => (int?)r.Version, cancellation) ?? 0) + 1,
        };
        db.Add(run);
        await db.SaveChangesAsync(cancellation);
        try
        {
            if (lists is not null) (run.Artifact, run.ArtifactHash, run.ArtifactBytes) = artifacts.Publish(run.Id, lists, null);
            variant.ServedRunId = run.Id;
            db.Add(new AuditEntry { At = now, Who = who, Action = action, Subject = $"variant {variant.Key}", Detail = $"{ExternalFamilies.NameOf(variant.Family)}, version {run.Version}" });
            await db.SaveChangesAsync(cancellation);
            await transaction.CommitAsync(cancellation);
        }
        catch
        {
            artifacts.Delete(run.Id);
            throw;
        }
        feed.Changed(LiveFeed.Variants);
        return variant;
    }

    private async Task<Variant> AddAsync(RecLabDb db, ExternalDraft draft, string family, string who, CancellationToken cancellation)
    {
        await CheckAsync(db, draft, cancellation);
        var variant = new Variant { Key = draft.Key, Name = draft.Name.Trim(), Family = family, Options = "{}", DatasetId = draft.DatasetId, Notes = draft.Notes.Trim(), CreatedAt = clock.GetUtcNow(), CreatedBy = who };
        db.Add(variant);
        return variant;
    }

    private static async Task CheckAsync(RecLabDb db, ExternalDraft draft, CancellationToken cancellation)
    {
        await VariantDesk.CheckKeyAsync(db, draft.Key, cancellation);
        if (draft.Name.Trim().Length is 0 or > 80) throw new RefusedException("The name must be 1 to 80 characters long.");
        if (!await db.Set<Dataset>().AnyAsync(d => d.Id == draft.DatasetId && d.State == DatasetState.Ready, cancellation)) throw new RefusedException("Choose a data set whose catalogue the items are in.");
    }

    private static async Task<Variant> FindAsync(RecLabDb db, string key, string family, CancellationToken cancellation)
    {
        var variant = await db.Set<Variant>().FirstOrDefaultAsync(v => v.Key == key, cancellation) ?? throw new RefusedException($"There is no variant '{key}'.");
        return variant.Family == family ? variant : throw new RefusedException($"'{key}' is {ExternalFamilies.NameOf(variant.Family)}, not {ExternalFamilies.NameOf(family)}.");
    }

    private EndpointSettings Settings(EndpointDraft draft, EndpointSettings? present)
    {
        var settings = new EndpointSettings { Url = draft.Url.Trim(), Header = draft.Header.Trim(), TimeoutMs = draft.TimeoutMs, MaxKilobytes = draft.MaxKilobytes };
        if (settings.Fault() is { } fault) throw new RefusedException(fault);
        if (draft.Secret is { } secret && (secret.Length > 2000 || secret.Any(c => c is < ' ' or > '~'))) throw new RefusedException("The secret must be at most 2000 printable ASCII characters.");
        // a stored secret goes only where it went before: another host must be given it anew
        if (draft.Secret is null && present is { Secret.Length: > 0 } && new Uri(present.Url).Authority != new Uri(settings.Url).Authority)
            throw new RefusedException("The address is on another host now; enter the secret again, or remove it.");
        return settings with { Secret = draft.Secret is null ? present?.Secret ?? "" : secrets.Hide(draft.Secret) };
    }
}
