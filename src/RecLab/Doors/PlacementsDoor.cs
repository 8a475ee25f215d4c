using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RecLab.Serving;
using RecLab.Statistics.Assignment;
using RecLab.Storage;

namespace RecLab.Doors;

/// <summary>A placement's settings.</summary>
/// <param name="Serves">Key of the variant served to everybody whom no experiment claims; null for the fallbacks.</param>
public sealed record PlacementAnswer(string Key, string Name, IReadOnlyList<string> Fallbacks, int ListLength, bool HideSeen, IReadOnlyList<string> Categories, IReadOnlyList<string> Blocked, double Exploration, string? Serves, bool Halted, bool Archived);

/// <summary>All placements by key.</summary>
public sealed record PlacementsAnswer(IReadOnlyList<PlacementAnswer> Items, string? NextCursor = null);

/// <summary><c>/api/v1/placements</c>. Everything needs a secret key.</summary>
internal sealed class PlacementsDoor(PlacementDesk desk, ModelShelf models, IDbContextFactory<RecLabDb> databases)
{
    public async Task ListAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        await using var db = await databases.CreateDbContextAsync(http.RequestAborted);
        var placements = await db.Set<Placement>().AsNoTracking().OrderBy(p => p.Key).ToListAsync(http.RequestAborted);
        await http.Response.WriteAsJsonAsync(new PlacementsAnswer([.. placements.Select(Of)]), ApiJson.Default.PlacementsAnswer, cancellationToken: http.RequestAborted);
    }

    public async Task GetAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        await AnswerAsync(http, await FindAsync(http));
    }

    public async Task PostAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        using var body = await Body.ReadAsync(http, caller.FromBrowser);
        var fields = Managing.Object(body);
        var draft = Read(fields, new PlacementDraft { Key = fields.Id("key", required: true) ?? "", Name = fields.Id("name") ?? fields.Id("key") ?? "" });
        RecommendationsDoor.Refuse(fields);
        await AnswerAsync(http, await desk.CreateAsync(draft, Managing.Who(caller), http.RequestAborted));
    }

    /// <summary>Changes what the body names.</summary>
    public async Task PatchAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        using var body = await Body.ReadAsync(http, caller.FromBrowser);
        var fields = Managing.Object(body);
        var tag = http.Request.Headers.IfMatch.ToString();
        var edited = await desk.ChangeAsync((await FindAsync(http)).Key, present =>
        {
            if (tag is { Length: > 0 } and not "*" && tag != TagOf(present)) throw new ProblemException(412, $"The placement '{present.Key}' was changed meanwhile. Read it again.");
            var draft = Read(fields, PlacementDraft.Of(present));
            RecommendationsDoor.Refuse(fields);
            return draft;
        }, Managing.Who(caller), http.RequestAborted);
        await AnswerAsync(http, edited);
    }

    /// <summary>Takes it out of use; nothing recorded is deleted.</summary>
    public async Task DeleteAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var placement = await FindAsync(http);
        await Managing.InState(async () => placement = await desk.ArchiveAsync(placement.Key, Managing.Who(caller), http.RequestAborted));
        await AnswerAsync(http, placement);
    }

    private Task AnswerAsync(HttpContext http, Placement placement)
    {
        http.Response.Headers.ETag = TagOf(placement);
        return http.Response.WriteAsJsonAsync(Of(placement), ApiJson.Default.PlacementAnswer, cancellationToken: http.RequestAborted);
    }

    private async Task<Placement> FindAsync(HttpContext http)
    {
        var key = Managing.Name(http, "key");
        await using var db = await databases.CreateDbContextAsync(http.RequestAborted);
        return await db.Set<Placement>().AsNoTracking().FirstOrDefaultAsync(p => p.Key == key, http.RequestAborted) ?? throw new ProblemException(404, $"There is no placement '{key}'.");
    }

    private static string TagOf(Placement placement) => $"\"{Fnv1a.Hash(JsonSerializer.Serialize(placement)).ToString("x8", CultureInfo.InvariantCulture)}\"";

    private static PlacementDraft Read(Fields fields, PlacementDraft draft) => draft with
    {
        Name = fields.Id("name") ?? draft.Name, Fallbacks = fields.Ids("fallbacks", 5) ?? draft.Fallbacks, ListLength = fields.Whole("listLength", 1, 100) ?? draft.ListLength, HideSeen = fields.Flag("hideSeen") ?? draft.HideSeen,
        Categories = fields.Ids("categories", 50) ?? draft.Categories, Blocked = fields.Ids("blocked", 5_000) ?? draft.Blocked, Exploration = fields.Number("exploration") ?? draft.Exploration,
    };

    private PlacementAnswer Of(Placement p)
    {
        var live = LivePlacement.Of(p);
        return new(p.Key, p.Name, live.Fallbacks, p.ListLength, p.HideSeen, live.Filters.Categories ?? [], live.Filters.Blocked ?? [], p.Exploration, p.DefaultVariantId is { } v ? models.NameOf(v)?.Key : null, p.HaltedAt is not null, p.ArchivedAt is not null);
    }
}
