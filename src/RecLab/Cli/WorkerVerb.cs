using System.CommandLine;
using RecLab.Storage;
using RecLab.Training;

namespace RecLab.Cli;

/// <summary><c>reclab worker</c>: carry out queued trainings without the web.</summary>
public static class WorkerVerb
{
    public static Command Create()
    {
        var settings = new CommonSettings();
        var command = new Command("worker", "Carry out queued and scheduled trainings, without the web.");
        settings.AddTo(command);
        command.SetAction((parsed, cancellation) => WorkAsync(settings.Read(parsed), cancellation));
        return command;
    }

    private static async Task<int> WorkAsync(string[] args, CancellationToken cancellation)
    {
        using var host = VerbHost.Build(args, (builder, paths) => builder.Services.AddTraining(builder.Configuration, paths));
        await host.Services.MigrateStorageAsync(cancellation);
        var settings = host.Services.GetRequiredService<TrainingSettings>();
        await Console.Error.WriteLineAsync(host.Services.GetRequiredService<WorkerLock>().TryTake()
            ? $"Carrying out trainings: {settings.CpuSlots} on cpu, {settings.CudaSlots} on gpu, {settings.Threads} threads each. Stop with Ctrl+C."
            : "Another process carries out the trainings of this data folder; waiting to take over.");
        await host.RunAsync(cancellation);
        return 0;
    }
}
