using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using RecLab.Storage;

namespace RecLab.Access;

/// <summary>Sign-in, roles, keys and audit. Everything is denied unless an endpoint says otherwise.</summary>
public static class AccessSetup
{
    public static IServiceCollection AddAccess(this IServiceCollection services, HostPaths paths)
    {
        services.AddSingleton<LinkDesk>().AddSingleton<SetupDesk>().AddSingleton<PeopleDesk>().AddSingleton<KeyDesk>().AddSingleton<Audit>().AddSingleton<FailedSignIns>().AddSingleton<CircuitLimit>();
        services.AddScoped<Doorkeeper>().AddScoped<SignInDesk>().AddScoped<IUserConfirmation<Person>, ActiveOnly>();
        services.AddCascadingAuthenticationState().AddScoped<AuthenticationStateProvider, SessionGuard>().AddHttpContextAccessor();
        services.AddIdentityCore<Person>(identity =>
        {
            identity.User.RequireUniqueEmail = true;
            identity.SignIn.RequireConfirmedAccount = true;
            identity.Password = new() { RequiredLength = 12, RequireDigit = false, RequireLowercase = false, RequireUppercase = false, RequireNonAlphanumeric = false };
            identity.Lockout = new() { MaxFailedAccessAttempts = 10, DefaultLockoutTimeSpan = TimeSpan.FromMinutes(15), AllowedForNewUsers = true };
        }).AddRoles<IdentityRole>().AddEntityFrameworkStores<RecLabDb>().AddSignInManager().AddDefaultTokenProviders();
        services.Configure<SecurityStampValidatorOptions>(o => o.ValidationInterval = TimeSpan.FromSeconds(10));
        services.AddAuthentication(IdentityConstants.ApplicationScheme).AddIdentityCookies();
        services.ConfigureApplicationCookie(cookie =>
        {
            cookie.Cookie.Name = "reclab";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = TimeSpan.FromDays(14);
            cookie.LoginPath = "/sign-in";
            cookie.AccessDeniedPath = "/denied";
            cookie.Events.OnRedirectToLogin = context => Redirect(context.HttpContext, context.RedirectUri, StatusCodes.Status401Unauthorized);
            cookie.Events.OnRedirectToAccessDenied = context => Redirect(context.HttpContext, context.RedirectUri, StatusCodes.Status403Forbidden);
        });
        services.AddAntiforgery(o => (o.Cookie.Name, o.Cookie.SecurePolicy) = ("reclab-form", CookieSecurePolicy.SameAsRequest));
        services.AddAuthorization(Policies.Define);
        services.AddDataProtection().SetApplicationName("RecLab").PersistKeysToFileSystem(HostPaths.PrivateFolder(paths.Keys));
        return services;
    }

    /// <summary>Headers, who is asking, and what they may; before every endpoint.</summary>
    public static void UseAccess(this WebApplication app)
    {
        SecurityHeaders.Apply(app);
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        var circuits = app.Services.GetRequiredService<CircuitLimit>();
        app.Use(next => http => circuits.InvokeAsync(http, next));
    }

    /// <summary>The one endpoint that is not a page: leaving.</summary>
    public static void MapAccess(this WebApplication app) => app.MapPost("/sign-out", async (HttpContext http, IAntiforgery forms, SignInManager<Person> sessions) =>
    {
        if (!await forms.IsRequestValidAsync(http)) return (IResult)TypedResults.BadRequest();
        await sessions.SignOutAsync();
        return TypedResults.LocalRedirect("/sign-in");
    }).AllowAnonymous().ExcludeFromDescription();

    /// <summary>Roles, and a set-up link while nobody can sign in.</summary>
    public static Task PrepareAccessAsync(this IServiceProvider services) => services.GetRequiredService<SetupDesk>().PrepareAsync();

    // A program that talks to the API gets a status, a person with a browser gets a page.
    private static Task Redirect(HttpContext http, string target, int status)
    {
        if (http.Request.Path.StartsWithSegments("/api") || http.Request.Path.StartsWithSegments("/_blazor")) http.Response.StatusCode = status;
        else http.Response.Redirect(target);
        return Task.CompletedTask;
    }
}
