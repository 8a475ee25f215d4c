using Microsoft.AspNetCore.Authorization;

namespace RecLab.Access;

/// <summary>The three roles; each may do all that the one before may.</summary>
public static class Roles
{
    public const string Viewer = "viewer", Analyst = "analyst", Administrator = "administrator";

    /// <summary>From least to most.</summary>
    public static readonly IReadOnlyList<string> All = [Viewer, Analyst, Administrator];
}

/// <summary>What a page or a command asks for. Whatever names none of them asks for a signed-in person.</summary>
public static class Policies
{
    /// <summary>Reads everything but people and keys.</summary>
    public const string View = "view";

    /// <summary>Imports, trains, starts and decides experiments.</summary>
    public const string Analyse = "analyse";

    /// <summary>People, keys, audit.</summary>
    public const string Administer = "administer";

    /// <summary>The roles that satisfy a policy.</summary>
    public static IReadOnlyList<string> RolesFor(string policy) => policy switch
    {
        View => Roles.All,
        Analyse => [Roles.Analyst, Roles.Administrator],
        Administer => [Roles.Administrator],
        _ => throw new ArgumentException($"There is no policy '{policy}'.", nameof(policy)),
    };

    internal static void Define(AuthorizationOptions options)
    {
        foreach (var policy in (string[])[View, Analyse, Administer])
            options.AddPolicy(policy, p => p.RequireAuthenticatedUser().RequireRole(RolesFor(policy)));
        options.FallbackPolicy = options.DefaultPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireRole(Roles.All).Build();
    }
}
