using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Quartz;
using RecLab.Controls;
using RecLab.Data;
using RecLab.Storage;

namespace RecLab.Training;

/// <summary>The clock struck: queues a training of a variant, on a fresh snapshot of the log where it says so, unless one is already waiting or running.</summary>
public sealed class RetrainJob(IDbContextFactory<RecLabDb> database, TrainingDesk desk, LogRetraining log, ILogger<RetrainJob> logger) : IJob
{
    /// <summary>Who asks, in the records.</summary>
    public const string Requester = "schedule";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var id = int.Parse(context.MergedJobDataMap.GetString(TrainingQueue.VariantId)!, CultureInfo.InvariantCulture);
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        if (await db.Set<Variant>().AsNoTracking().FirstOrDefaultAsync(v => v.Id == id, cancellationToken) is not { } variant) return;
        if (await db.Set<TrainingRun>().AnyAsync(r => r.VariantId == id && (r.State == RunState.Queued || r.State == RunState.Running), cancellationToken))
        {
            logger.LogInformation("The scheduled training of {Variant} is left out: one is already waiting or running.", variant.Key);
            return;
        }
        try
        {
            if (variant.LogRecipe is { } recipe) await log.RequestAsync(variant.Key, LogRecipe.FromJson(recipe), Requester, scheduled: true, cancellation: cancellationToken);
            else await desk.RequestAsync(variant.Key, Requester, scheduled: true, cancellation: cancellationToken);
        }
        catch (Refusal e)
        {
            logger.LogWarning("The scheduled training of {Variant} was refused: {Reason}", variant.Key, e.Message);
        }
    }
}
