using Microsoft.AspNetCore.Authorization;

namespace RecLab.Access;

/// <summary>The four roles; each may do all that the one before may.</summary>
public static class Roles
{
    public const string Viewer = "viewer", Operator = "operator", Analyst = "analyst", Administrator = "administrator";

    /// <summary>From least to most.</summary>
    public static readonly IReadOnlyList<string> All = [Viewer, Operator, Analyst, Administrator];
}

/// <summary>What a page or a command asks for. Whatever names none of them asks for a signed-in person.</summary>
public static class Policies
{
    /// <summary>Reads everything but people and keys.</summary>
    public const string View = "view";

    /// <summary>Runs what is there: starts, pauses and stops experiments that are ready, the kill switch, which version and variant is served, the training queue.</summary>
    public const string Operate = "operate";

    /// <summary>Makes what runs: imports, variants, placements, experiments and what is decided about them, simulations.</summary>
    public const string Analyse = "analyse";

    /// <summary>People, keys, audit.</summary>
    public const string Administer = "administer";

    /// <summary>The roles that satisfy a policy.</summary>
    public static IReadOnlyList<string> RolesFor(string policy) => policy switch
    {
        View => Roles.All,
        Operate => [Roles.Operator, Roles.Analyst, Roles.Administrator],
        Analyse => [Roles.Analyst, Roles.Administrator],
        Administer => [Roles.Administrator],
        _ => throw new ArgumentException($"There is no policy '{policy}'.", nameof(policy)),
    };

    internal static void Define(AuthorizationOptions options)
    {
        foreach (var policy in (string[])[View, Operate, Analyse, Administer])
            options.AddPolicy(policy, p => p.RequireAuthenticatedUser().RequireRole(RolesFor(policy)));
        options.FallbackPolicy = options.DefaultPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireRole(Roles.All).Build();
    }
}
