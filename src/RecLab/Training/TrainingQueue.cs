using Quartz;

namespace RecLab.Training;

/// <summary>The queues of trainings: one Quartz scheduler per kind of device, whose threads are the device slots, and one for the clock. Runs
/// start in the order they were asked for. The table of runs is the truth; what Quartz keeps can always be made again from it.</summary>
public sealed class TrainingQueue(IServiceProvider services)
{
    /// <summary>Names of the schedulers.</summary>
    public const string Cpu = "cpu", Gpu = "gpu", Clock = "clock";

    internal const string RunId = "run", VariantId = "variant";

    /// <summary>The scheduler whose slots a device belongs to.</summary>
    public static string SchedulerOf(string device) => device.StartsWith("cuda", StringComparison.Ordinal) ? Gpu : Cpu;

    /// <summary>Puts a run into the queue of its device; a run that is queued already stays where it is.</summary>
    public async Task AddAsync(TrainingRun run, CancellationToken cancellation)
    {
        var scheduler = await SchedulerAsync(SchedulerOf(run.Device), cancellation);
        var key = Key(run);
        if (await scheduler.Exists(key, cancellation)) return;
        var job = JobBuilder.Create<TrainingJob>().WithIdentity(key).UsingJobData(RunId, run.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)).Build();
        // A run waits for its slot as long as it takes: never a misfire, and its place in the queue is the time it was asked for.
        var trigger = TriggerBuilder.Create().WithIdentity(key.Name, key.Group).StartAt(run.RequestedAt)
            .WithSchedule(SimpleScheduleBuilder.Create().WithMisfireInstruction(SimpleTriggerMisfireInstruction.IgnoreMisfires)).Build();
        await scheduler.ScheduleJob(job, trigger, cancellationToken: cancellation);
    }

    /// <summary>Takes a run out of the queue.</summary>
    public async Task RemoveAsync(TrainingRun run, CancellationToken cancellation) =>
        await (await SchedulerAsync(SchedulerOf(run.Device), cancellation)).DeleteJob(Key(run), cancellation);

    /// <summary>Brings the clock in line with the variant's schedule.</summary>
    public async Task ScheduleAsync(Variant variant, CancellationToken cancellation)
    {
        var scheduler = await SchedulerAsync(Clock, cancellation);
        var key = RetrainKey(variant.Id);
        await scheduler.DeleteJob(key, cancellation);
        if (variant.Schedule is null) return;
        var job = JobBuilder.Create<RetrainJob>().WithIdentity(key).UsingJobData(VariantId, variant.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)).Build();
        var trigger = TriggerBuilder.Create().WithIdentity(key.Name, key.Group)
            .WithSchedule(CronScheduleBuilder.Create(variant.Schedule).InTimeZone(TimeZoneInfo.Utc).WithMisfireInstruction(CronTriggerMisfireInstruction.FireAndProceed)).Build();
        await scheduler.ScheduleJob(job, trigger, cancellationToken: cancellation);
    }

    /// <summary>Stops scheduled retraining of a variant.</summary>
    public async Task UnscheduleAsync(int variantId, CancellationToken cancellation) =>
        await (await SchedulerAsync(Clock, cancellation)).DeleteJob(RetrainKey(variantId), cancellation);

    /// <summary>When the variant is next retrained by itself, or null.</summary>
    public async Task<DateTimeOffset?> NextAsync(int variantId, CancellationToken cancellation)
    {
        var key = RetrainKey(variantId);
        return (await (await SchedulerAsync(Clock, cancellation)).GetTrigger(new TriggerKey(key.Name, key.Group), cancellation))?.NextFireTimeUtc;
    }

    /// <summary>Starts carrying out what is queued, in this process.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        foreach (var name in new[] { Clock, Cpu, Gpu })
            if (services.GetKeyedService<ISchedulerFactory>(name) is { } factory) await (await factory.GetScheduler(cancellation)).Start(cancellation);
    }

    private async Task<IScheduler> SchedulerAsync(string name, CancellationToken cancellation) =>
        services.GetKeyedService<ISchedulerFactory>(name) is { } factory ? await factory.GetScheduler(cancellation)
            : throw new RefusedException($"This installation offers no {name} slot.");

    /// <summary>A key for each attempt: a run that is resumed while the job of its last attempt still ends gets a place of its own.</summary>
    private static JobKey Key(TrainingRun run) => new($"run-{run.Id}-{run.Attempt}", "runs");
    private static JobKey RetrainKey(int variant) => new($"retrain-{variant}", "schedules");
}
