using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Live;
using RecLab.Operations;
using Xunit;

namespace RecLab.Tests.Operations;

public sealed class HealthTests(RecLabApp app) : IClassFixture<RecLabApp>
{
    private sealed class Models : IReadiness
    {
        public string? Awaited { get; set; } = "2 models";
        public Exception? Failing { get; set; }
        public string Name => "other models";
        public ValueTask<string?> AwaitedAsync(CancellationToken cancellation) => Failing is { } error ? throw error : ValueTask.FromResult(Awaited);
    }

    [Fact]
    public async Task Alive_as_soon_as_it_answers_and_ready_only_when_every_room_is()
    {
        var models = new Models();
        await using var warming = app.WithWebHostBuilder(host => host.ConfigureTestServices(s => s.AddSingleton<IReadiness>(models)));
        using var client = warming.CreateClient();
        Assert.Equal("live", await client.GetStringAsync("/health/live", TestContext.Current.CancellationToken));
        using (var early = await client.GetAsync("/health/ready", TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, early.StatusCode);
            using var said = JsonDocument.Parse(await early.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.Equal("2 models", said.RootElement.GetProperty("awaited").GetProperty("other models").GetString());
        }
        models.Failing = new InvalidOperationException("no");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/health/ready", TestContext.Current.CancellationToken)).StatusCode);
        (models.Failing, models.Awaited) = (null, null);
        Assert.DoesNotContain("models", await client.GetStringAsync("/health/live", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var lines = await warming.Services.GetRequiredService<ReadinessBoard>().AskAsync(TestContext.Current.CancellationToken);
        Assert.Null(lines.Single(l => l.Name == "other models").Awaited);
        Assert.Null(lines.Single(l => l.Name == "database").Awaited);
    }

    [Fact]
    public async Task The_doctor_finds_a_writable_folder_whole_databases_and_names_a_remedy_for_everything_that_is_not_well()
    {
        app.CreateClient().Dispose();
        var findings = await app.Services.GetRequiredService<Doctor>().ExamineAsync(cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(FindingState.Good, findings.Single(f => f.Name == "Data folder").State);
        Assert.StartsWith("whole, ", findings.Single(f => f.Name == "reclab.db").Text, StringComparison.Ordinal);
        Assert.Contains("journal wal", findings.Single(f => f.Name == "reclab.db").Text, StringComparison.Ordinal);
        Assert.All(findings.Where(f => f.State != FindingState.Good), f => Assert.NotNull(f.Remedy));
        Assert.DoesNotContain(Directory.GetFiles(app.DataDir), f => Path.GetFileName(f).StartsWith(".probe", StringComparison.Ordinal));
    }

    [Fact]
    public void A_damaged_database_is_a_finding_and_not_an_exception()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("reclab-test-").FullName, "broken.db");
        try
        {
            File.WriteAllText(file, new string('x', 8192));
            Assert.StartsWith("cannot be read:", DatabaseFacts.Read(file, check: true).Fault, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }

    [Fact]
    public void The_applications_database_flushes_at_every_commit()
    {
        app.CreateClient().Dispose();
        var facts = DatabaseFacts.Read(Path.Combine(app.DataDir, "reclab.db"), check: false);
        Assert.Equal(("wal", "full"), (facts.Journal, facts.SynchronousWord));
    }
}
