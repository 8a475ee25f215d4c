using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Storage;
using Xunit;

namespace RecLab.Tests.Access;

/// <summary>Several processes prepare one empty folder at the same moment.</summary>
public sealed class TwoStartsTests(RecLabApp app) : IClassFixture<RecLabApp>
{
    [Fact]
    public async Task Each_role_is_there_once_and_nobody_fails()
    {
        var services = app.Services;
        await using (var db = await services.GetRequiredService<IDbContextFactory<RecLabDb>>().CreateDbContextAsync())
            for (var round = 0; round < 5; round++)
            {
                await db.Roles.ExecuteDeleteAsync();
                // a desk each, as each process has its own: they share nothing but the file
                await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => new SetupDesk(services.GetRequiredService<IServiceScopeFactory>(), services.GetRequiredService<IDbContextFactory<RecLabDb>>(), services.GetRequiredService<LinkDesk>()).PrepareAsync())));
                Assert.Equal(Roles.All.Order(), (await db.Roles.AsNoTracking().Select(r => r.Name!).ToListAsync()).Order());
            }
    }
}
