using Microsoft.Data.Sqlite;
using Quartz;
using RecLab.Data;
using RecLab.Events;
using RecLab.Recommenders.Neural;
using RecLab.Storage;

namespace RecLab.Training;

/// <summary>Registers variants, runs and the schedulers that carry them out.</summary>
public static class TrainingSetup
{
    public static IServiceCollection AddTraining(this IServiceCollection services, IConfiguration configuration, HostPaths paths)
    {
        var settings = TrainingSettings.From(configuration);
        services.AddTrainingDesks(settings);
        services.AddSingleton<TrainingChildren>();
        services.AddSingleton<DeviceSlots>();
        services.AddSingleton<RunRecovery>();
        services.AddSingleton<WorkerLock>();
        services.AddSingleton<TrainingWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<TrainingWorker>());
        services.AddHostedService<RunWatcher>();
        services.AddSingleton<SnapshotKeeper>().AddHostedService(provider => provider.GetRequiredService<SnapshotKeeper>());
        services.AddHostedService<Searches.SearchDriver>();
        services.AddScheduler(TrainingQueue.Clock, 1, paths);
        services.AddScheduler(TrainingQueue.Cpu, settings.CpuSlots, paths);
        if (settings.CudaSlots > 0) services.AddScheduler(TrainingQueue.Gpu, settings.CudaSlots, paths);
        services.AddQuartzHostedService(options => { options.AutoStart = false; options.WaitForJobsToComplete = false; });
        services.AddHostedService(provider => provider.GetRequiredService<TrainingChildren>()); // last registered, first stopped: before the schedulers
        return services;
    }

    /// <summary>What the training process itself needs: no schedulers.</summary>
    public static IServiceCollection AddTrainingRunner(this IServiceCollection services, IConfiguration configuration) =>
        services.AddSingleton(TrainingSettings.From(configuration)).AddSingleton<ArtifactStore>().AddSingleton<TrainingRunner>();

    private static void AddTrainingDesks(this IServiceCollection services, TrainingSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton(new Families(() => NeuralRuntime.Missing));
        services.AddSingleton<ArtifactStore>();
        services.AddSingleton<TrainingQueue>();
        services.AddSingleton<TrainingDesk>();
        services.AddLogReading();
        services.AddSingleton<LogRetraining>();
        services.AddSingleton<VariantDesk>();
        services.AddSingleton<External.EndpointSecrets>().AddSingleton<External.ExternalDesk>();
        services.AddSingleton<TrainingReader>();
        services.AddSingleton<Searches.SearchDesk>();
        services.AddSingleton<Searches.SearchReader>();
        services.AddSingleton<LeaderboardReader>();
        services.AddSingleton<PairReader>();
        services.AddSingleton<IDatasetUser, DatasetNeeds>();
    }

    private static void AddScheduler(this IServiceCollection services, string name, int slots, HostPaths paths)
    {
        // A file of its own, in WAL, each connection with its own cache: the event log and the application tables never wait for Quartz.
        var store = new SqliteConnectionStringBuilder { DataSource = paths.QuartzDatabase, DefaultTimeout = 30 }.ToString();
        services.AddQuartz(name, quartz =>
        {
            quartz.ConfigureScheduler(scheduler =>
            {
                scheduler.GenerateInstanceId = true;
                scheduler.IdleWaitTime = TimeSpan.FromSeconds(1);
                scheduler.MaxBatchSize = 1;
            });
            quartz.UseDefaultThreadPool(slots);
            quartz.UsePersistentStore(persistent =>
            {
                persistent.UseSystemTextJsonSerializer();
                persistent.ProvisionSchema();
                persistent.ConfigureStore(options => options.UseBackgroundThreads = true); // a scheduler that was not stopped in time must not keep the process alive
                persistent.UseSqlite(SqliteFactory.Instance, store);
            });
        });
    }
}
