using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Laboratory;
using RecLab.Tests.Doors;
using Xunit;

namespace RecLab.Tests.Laboratory;

/// <summary>The shop whose own visitors reach it in memory: this server listens on no port.</summary>
public sealed class SimulationApp : ShopApp
{
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.ConfigureTestServices(services => services.AddSingleton<OwnDoor>(() => CreateClient()));
    }

    /// <summary>The record as soon as it fulfils a condition.</summary>
    public async Task<SimulationRun> WhenAsync(int id, Func<SimulationRun, bool> condition)
    {
        var patience = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            var run = (await Get<SimulationDesk>().FindAsync(id))!;
            if (condition(run)) return run;
            Assert.True(DateTime.UtcNow < patience, $"Simulation {id} stays {run.State} at {run.Fraction}: {run.Error}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
