using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Data;
using Xunit;

namespace RecLab.Tests.Data;

public sealed class ImportQueueTests(ImportQueueTests.OneAtATime app) : IClassFixture<ImportQueueTests.OneAtATime>
{
    /// <summary>An application that lets one import wait at a time.</summary>
    public sealed class OneAtATime : RecLabApp
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.UseSetting("RecLab:Imports:Most", "1");
        }
    }

    private static ImportQueue Queue(int most, long bytes) =>
        new(new ConfigurationBuilder().AddInMemoryCollection([new("RecLab:Imports:Most", $"{most}"), new("RecLab:Imports:MostBytes", $"{bytes}")]).Build());

    [Fact]
    public void So_many_imports_wait_and_a_place_given_back_twice_is_one()
    {
        var queue = Queue(2, 1_000);
        var first = queue.Enter(0);
        queue.Enter(0);
        Assert.Equal("2 imports are under way or waiting, and no more may. Come again when one of them is done.", Assert.Throws<ImportsWaitException>(() => queue.Enter(0)).Message);
        first.Dispose();
        first.Dispose();
        queue.Enter(0);
        Assert.Throws<ImportsWaitException>(() => queue.Enter(0));
    }

    [Fact]
    public void So_many_bytes_of_uploads_wait_and_one_alone_is_always_taken()
    {
        var queue = Queue(10, 3 << 20);
        using (queue.Enter(5 << 20)) queue.Enter(0); // what lies on the server takes no more of the disk
        queue.Enter(2 << 20);
        queue.Enter(1 << 20);
        Assert.Equal("Uploads of 3.0 MB wait to be imported, and with this one of 1.0 MB they would be more than the 3.0 MB that may. Come again when one of them is done.",
            Assert.Throws<ImportsWaitException>(() => queue.Enter(1 << 20)).Message);
    }

    [Fact]
    public async Task An_import_gives_its_place_back_however_it_ends()
    {
        var desk = app.Services.GetRequiredService<ImportDesk>();
        var folder = Directory.CreateDirectory(Path.Combine(app.DataDir, "sources")).FullName;
        async Task<Dataset> ImportAsync(string name, string content)
        {
            var path = Path.Combine(folder, $"{name}.csv");
            await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
            var dataset = await desk.StartAsync(new(name, path), "test", TestContext.Current.CancellationToken);
            await desk.WaitAsync(dataset.Id);
            return dataset;
        }
        var rows = "user,item,rating\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"u{i % 7},i{i % 5},{1 + i % 5}\n"));
        await ImportAsync("good", rows);
        await ImportAsync("wrong", "user,item,rating\n"); // fails in the background
        Assert.Equal("There is already a data set 'good'.", (await Assert.ThrowsAsync<ImportRefusedException>(() => ImportAsync("good", rows))).Message); // does not begin
        using (app.Services.GetRequiredService<ImportQueue>().Enter(0))
        {
            Assert.Equal("An import is under way or waiting, and no more may. Come again when one of them is done.", (await Assert.ThrowsAsync<ImportsWaitException>(() => ImportAsync("better", rows))).Message);
            Assert.DoesNotContain(await app.Services.GetRequiredService<DatasetDesk>().ListAsync(TestContext.Current.CancellationToken), d => d.Name == "better");
        }
        await ImportAsync("better", rows);
    }
}
