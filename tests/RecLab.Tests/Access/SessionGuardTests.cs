using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RecLab.Access;
using Xunit;

namespace RecLab.Tests.Access;

public sealed class SessionGuardTests
{
    [Fact]
    public async Task A_page_that_outlives_its_server_is_signed_out_without_an_error()
    {
        var app = new RecLabApp();
        var services = app.Services;
        var (people, identity, life) = (services.GetRequiredService<PeopleDesk>(), services.GetRequiredService<IOptions<IdentityOptions>>(), services.GetRequiredService<IHostApplicationLifetime>());
        var id = await people.CreateAsync("ada@example.com", "Ada", Browsing.Password, Roles.Viewer);
        var page = await PageOf(services, id, identity.Value);
        using var guard = new SessionGuard(NullLoggerFactory.Instance, people, identity, life);
        Assert.True(await ValidAsync(guard, page));

        await app.DisposeAsync();

        Assert.False(await ValidAsync(guard, page));
    }

    [Fact]
    public async Task While_the_server_runs_a_question_that_fails_is_not_taken_for_an_answer()
    {
        await using var app = new RecLabApp();
        var identity = app.Services.GetRequiredService<IOptions<IdentityOptions>>();
        var id = await app.Services.GetRequiredService<PeopleDesk>().CreateAsync("eve@example.com", "Eve", Browsing.Password, Roles.Viewer);
        var page = await PageOf(app.Services, id, identity.Value);
        var closed = new RecLabApp();
        var gone = closed.Services.GetRequiredService<PeopleDesk>();
        await closed.DisposeAsync();
        using var guard = new SessionGuard(NullLoggerFactory.Instance, gone, identity, app.Services.GetRequiredService<IHostApplicationLifetime>());

        await Assert.ThrowsAsync<ObjectDisposedException>(() => ValidAsync(guard, page));
    }

    private static async Task<AuthenticationState> PageOf(IServiceProvider services, string id, IdentityOptions identity)
    {
        await using var scope = services.CreateAsyncScope();
        var stamp = (await scope.ServiceProvider.GetRequiredService<UserManager<RecLab.Storage.Person>>().FindByIdAsync(id))!.SecurityStamp!;
        return new(new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, id), new(identity.ClaimsIdentity.SecurityStampClaimType, stamp)], "test")));
    }

    /// <summary>The question the framework asks every thirty seconds.</summary>
    private static Task<bool> ValidAsync(SessionGuard guard, AuthenticationState page) => (Task<bool>)typeof(RevalidatingServerAuthenticationStateProvider)
        .GetMethod("ValidateAuthenticationStateAsync", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.Invoke(guard, [page, CancellationToken.None])!;
}
