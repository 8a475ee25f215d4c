using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RecLab.Data;
using Xunit;

namespace RecLab.Tests.Data;

public sealed class UploadShelfTests(RecLabApp app) : IClassFixture<RecLabApp>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_that_nobody_imports_is_removed_after_its_hour_without_anybody_asking()
    {
        var clock = new ManualClock(new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        using var shelf = new UploadShelf(app.Services.GetRequiredService<ImportDesk>(), clock, NullLogger<UploadShelf>.Instance);
        Task<Upload> SendAsync(string name) => shelf.ReceiveAsync(name, new MemoryStream(Encoding.UTF8.GetBytes("user,item\n")), owner: 1, Cancellation);
        var (first, taken) = (await SendAsync("first.csv"), await SendAsync("taken.csv"));
        clock.Advance(TimeSpan.FromMinutes(30));
        var second = await SendAsync("second.csv");
        Assert.True(shelf.Take(taken));
        clock.Advance(TimeSpan.FromMinutes(29));
        Assert.True(File.Exists(first.Path));
        Assert.Equal(first, shelf.Find(first.Id, 1));
        clock.Advance(TimeSpan.FromMinutes(1)); // the look at 60 minutes, the twelfth of every five
        Assert.False(Directory.Exists(Path.GetDirectoryName(first.Path)));
        Assert.Null(shelf.Find(first.Id, 1));
        Assert.True(File.Exists(taken.Path)); // whoever took it removes it
        Assert.True(File.Exists(second.Path));
        clock.Advance(TimeSpan.FromMinutes(29));
        Assert.True(File.Exists(second.Path));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(File.Exists(second.Path));
    }

    [Fact]
    public async Task A_shelf_that_is_gone_looks_no_more()
    {
        var clock = new ManualClock(new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        Upload left;
        using (var shelf = new UploadShelf(app.Services.GetRequiredService<ImportDesk>(), clock, NullLogger<UploadShelf>.Instance))
            left = await shelf.ReceiveAsync("left.csv", new MemoryStream([1]), owner: 1, Cancellation);
        clock.Advance(TimeSpan.FromHours(2));
        Assert.True(File.Exists(left.Path));
    }
}
