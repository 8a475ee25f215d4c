namespace RecLab.Data;

/// <summary>Registers data sets and their import.</summary>
public static class DataSetup
{
    public static IServiceCollection AddData(this IServiceCollection services)
    {
        services.AddDataReading();
        services.AddSingleton<ImportQueue>().AddSingleton<ImportDesk>().AddSingleton<UploadShelf>();
        services.AddHostedService(provider => provider.GetRequiredService<ImportDesk>());
        services.AddHostedService<FolderSweep>();
        return services;
    }

    /// <summary>Data sets without the desk: for verbs and training processes.</summary>
    public static IServiceCollection AddDataReading(this IServiceCollection services) =>
        services.AddSingleton<DatasetShelf>().AddSingleton<DatasetWriter>().AddSingleton<Importer>().AddSingleton<DatasetDesk>().AddSingleton<ItemDesk>().AddSingleton<UserDesk>();
}
