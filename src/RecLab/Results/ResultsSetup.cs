using RecLab.Experiments;

namespace RecLab.Results;

/// <summary>Registers what reads several rooms: checks before a start, results, decisions.</summary>
public static class ResultsSetup
{
    public static IServiceCollection AddResults(this IServiceCollection services)
    {
        services.AddSingleton<PastPeriod>();
        services.AddSingleton<CapDesk>();
        services.AddSingleton<IPreflight, Preflight>();
        services.AddSingleton<TotalsReader>();
        services.AddSingleton<ResultsReader>();
        services.AddSingleton<IResultsSource, ResultsSource>();
        services.AddSingleton<ResultsPageReader>();
        services.AddSingleton<BoardReader>();
        services.AddSingleton<SharedExperimentReader>();
        services.AddSingleton<OverlapReader>();
        services.AddSingleton<AgreementReader>();
        services.AddSingleton<PastTrafficReader>();
        services.AddSingleton<WizardReader>();
        services.AddSingleton<ChangeChoices>();
        services.AddSingleton<SliceReader>();
        services.AddScoped<WizardDesk>();
        services.AddSingleton<Bandits.BanditDesk>().AddSingleton<IReweighting>(provider => provider.GetRequiredService<Bandits.BanditDesk>());
        services.AddSingleton<Bandits.BanditKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<Bandits.BanditKeeper>());
        services.AddSingleton<DecisionDesk>();
        services.AddSingleton<RolloutReader>();
        services.AddSingleton<RolloutKeeper>().AddHostedService(provider => provider.GetRequiredService<RolloutKeeper>());
        return services;
    }
}
