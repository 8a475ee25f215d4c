using RecLab.Controls;
using RecLab.Operations;
using RecLab.Statistics.SelfProof;
using RecLab.Storage;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace RecLab.Tests.Operations;

public sealed class SelfTestJobTests(RecLabApp app) : IClassFixture<RecLabApp>
{
    private SelfTestJob Job => app.Services.GetRequiredService<SelfTestJob>();
    private SelfTestStore Store => app.Services.GetRequiredService<SelfTestStore>();

    [Fact]
    public async Task A_modest_run_ends_with_a_report_whose_numbers_are_those_of_the_library()
    {
        await Job.StartAsync(100, "Ada");
        await Assert.ThrowsAsync<Refusal>(() => Job.StartAsync(100, "Grace"));
        await Job.Done.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Null(Job.Progress);
        var report = Store.Read(full: false)!;
        Assert.Equal((100, "Ada", SelfTest.DefaultSeed, SelfTestReport.OwnVersion), (report.Runs, report.By, report.Seed, report.Version));
        Assert.Equal(SelfTest.Run(100).ToArray(), report.Results);
        Assert.Equal(SelfTest.Keys, report.Results.Select(r => r.Key.Split('/')[0]).Distinct());
    }

    [Fact]
    public async Task A_cancelled_run_leaves_nothing()
    {
        await Job.StartAsync(SelfTestJob.MostRuns, "Ada");
        await Job.CancelAsync("Ada");
        await Job.Done.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Null(Store.Read(full: true));
        Assert.Null(Job.Fault);
        await Assert.ThrowsAsync<Refusal>(() => Job.CancelAsync("Ada"));
    }

    [Theory]
    [InlineData(99)]
    [InlineData(10_001)]
    public async Task Too_few_or_too_many_are_refused(int runs) => await Assert.ThrowsAsync<Refusal>(() => Job.StartAsync(runs, "Ada"));

    [Fact]
    public void Full_and_modest_reports_stand_beside_each_other()
    {
        var folder = Directory.CreateTempSubdirectory("reclab-selftest-");
        try
        {
            var store = new SelfTestStore(new HostPaths(new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build(), folder.FullName));
            Assert.Null(store.Read(full: true));
            var report = new SelfTestReport(DateTimeOffset.UnixEpoch, "1.0", SelfTest.FullRuns, 7, 1.5, "Ada", [new("a/b", "A", "B.", 0.05, 0.01, 0.06, 10)]);
            store.Save(report);
            store.Save(report with { Runs = 100, By = "Grace" });
            Assert.Equal(("Ada", "Grace"), (store.Read(full: true)!.By, store.Read(full: false)!.By));
            Assert.Equal(report.Results, store.Read(full: true)!.Results);
        }
        finally { folder.Delete(recursive: true); }
    }
}
