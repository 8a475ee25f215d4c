using System.Globalization;
using System.Text;
using System.Text.Json;
using RecLab.Data;
using RecLab.Serving;

namespace RecLab.Doors;

/// <summary>What the shop told of an item; what is null is left to the data sets.</summary>
/// <param name="Price">Minor units.</param>
public sealed record ItemAnswer(string Id, string? Title, IReadOnlyList<string>? Categories, string? Description, string? Url, string? Image, long? Price, bool Available, DateTimeOffset FirstAt, DateTimeOffset ChangedAt, int Version)
{
    internal static ItemAnswer Of(ToldItem i) => new(i.Id, i.Title, i.CategoryList(), i.Description, i.Url, i.ImageUrl, i.Price, i.Available, i.FirstAt, i.ChangedAt, i.Version);
}

/// <summary>A page of items.</summary>
/// <param name="NextCursor">Ask with it for what follows; null at the end.</param>
public sealed record ItemsAnswer(IReadOnlyList<ItemAnswer> Items, string? NextCursor);

/// <summary>The answer to a batch of items: it is in force from the next request on.</summary>
public sealed record ItemsStoredAnswer(int Created, int Changed, int Unchanged);

/// <summary>The answer to a deletion.</summary>
public sealed record ItemGoneAnswer(string Id, bool Deleted);

/// <summary><c>/api/v1/items</c>: what is sold, what it is called, and whether it is to be had. Everything needs a secret key.</summary>
internal sealed class ItemsDoor(ItemDesk desk, ItemShelf shelf)
{
    public const int Most = 10_000;
    private const int LongestText = 4_000, MostCategories = 50;

    /// <summary>NDJSON, one item a line; one wrong line refuses all.</summary>
    public async Task PutAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        List<ItemDraft> drafts = [];
        List<InvalidValue> faults = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in await Body.LinesAsync(http))
        {
            var at = number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (drafts.Count == Most) throw new ProblemException(413, $"At most {Most:N0} items at once.");
            using var parsed = Parsed(line, at);
            var fields = new Fields(parsed.RootElement, $"/{at}");
            var id = fields.Id("id", required: true);
            if (id is not null && !seen.Add(id)) fields.Fault("id", "comes twice");
            var draft = Read(fields, new(id ?? ""));
            faults.AddRange(fields.Faults.Take(50 - faults.Count));
            if (faults.Count == 0) drafts.Add(draft);
        }
        if (faults.Count > 0) throw new ProblemException(422, $"Line {int.Parse(faults[0].Pointer.Split('/')[1], CultureInfo.InvariantCulture) + 1}: {faults[0].Detail}", faults);
        var stored = await desk.PutAsync(drafts, Managing.Who(caller), http.RequestAborted);
        await shelf.RefreshAsync(CancellationToken.None);
        await http.Response.WriteAsJsonAsync(new ItemsStoredAnswer(stored.Created, stored.Changed, stored.Unchanged), ApiJson.Default.ItemsStoredAnswer, cancellationToken: http.RequestAborted);
    }

    public async Task ListAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var limit = Managing.Limit(http.Request);
        var items = await desk.ListAsync(Managing.Cursor(http.Request), limit + 1, http.RequestAborted);
        var page = items.Take(limit).ToArray();
        await http.Response.WriteAsJsonAsync(new ItemsAnswer([.. page.Select(ItemAnswer.Of)], items.Count > limit ? Managing.CursorOf(page[^1].Id) : null), ApiJson.Default.ItemsAnswer, cancellationToken: http.RequestAborted);
    }

    public async Task GetAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var id = Managing.Name(http, "id");
        await AnswerAsync(http, await desk.FindAsync(id, http.RequestAborted) ?? throw new ProblemException(404, $"The shop has told nothing of an item '{id}'."));
    }

    /// <summary>Changes what the body names; null takes back what was told.</summary>
    public async Task PatchAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var id = Managing.Name(http, "id");
        using var body = await Body.ReadAsync(http, caller.FromBrowser);
        if (body.RootElement.ValueKind != JsonValueKind.Object) throw ProblemException.Invalid("/", "Send an object.");
        var fields = new Fields(body.RootElement, "");
        if (body.RootElement.TryGetProperty("id", out _)) fields.Fault("id", "stands in the address and cannot be changed");
        _ = Read(fields, new(id));
        RecommendationsDoor.Refuse(fields);
        var named = body.RootElement.EnumerateObject().Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        try
        {
            var item = await desk.ChangeAsync(id, present => Merged(present, Read(new(body.RootElement, ""), new(id)), named), Managing.IfMatch(http.Request), Managing.Who(caller), http.RequestAborted);
            await shelf.RefreshAsync(CancellationToken.None);
            await AnswerAsync(http, item);
        }
        catch (StaleVersionException stale)
        {
            throw new ProblemException(412, stale.Message);
        }
        catch (DeletedItemException gone)
        {
            throw new ProblemException(404, gone.Message);
        }
    }

    public async Task DeleteAsync(HttpContext http, Caller caller)
    {
        Managing.Secret(caller);
        var id = Managing.Name(http, "id");
        try
        {
            await desk.DeleteAsync(id, Managing.IfMatch(http.Request), Managing.Who(caller), http.RequestAborted);
        }
        catch (StaleVersionException stale)
        {
            throw new ProblemException(412, stale.Message);
        }
        await shelf.RefreshAsync(CancellationToken.None);
        await http.Response.WriteAsJsonAsync(new ItemGoneAnswer(id, true), ApiJson.Default.ItemGoneAnswer, cancellationToken: http.RequestAborted);
    }

    private static Task AnswerAsync(HttpContext http, ToldItem item)
    {
        http.Response.Headers.ETag = Managing.ETag(item.Version);
        return http.Response.WriteAsJsonAsync(ItemAnswer.Of(item), ApiJson.Default.ItemAnswer, cancellationToken: http.RequestAborted);
    }

    private static JsonDocument Parsed(string line, int at)
    {
        JsonDocument? parsed = null;
        try
        {
            parsed = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 8 });
        }
        catch (JsonException e)
        {
            throw new ProblemException(400, $"Line {at + 1} is not JSON: byte {e.BytePositionInLine}.");
        }
        if (parsed.RootElement.ValueKind == JsonValueKind.Object) return parsed;
        parsed.Dispose();
        throw ProblemException.Invalid($"/{at}", $"Line {at + 1}: an item is an object.");
    }

    private static ItemDraft Read(Fields fields, ItemDraft item) => item with
    {
        Title = fields.Text("title", 300), Categories = CategoriesOf(fields), Description = fields.Text("description", LongestText), Url = Address(fields, "url"), ImageUrl = Address(fields, "image"),
        Price = Price(fields), Available = fields.Flag("available") ?? true,
    };

    private static ItemDraft Merged(ItemDraft present, ItemDraft told, HashSet<string> named) => present with
    {
        Title = named.Contains("title") ? told.Title : present.Title, Categories = named.Contains("categories") ? told.Categories : present.Categories,
        Description = named.Contains("description") ? told.Description : present.Description, Url = named.Contains("url") ? told.Url : present.Url, ImageUrl = named.Contains("image") ? told.ImageUrl : present.ImageUrl,
        Price = named.Contains("price") ? told.Price : present.Price, Available = named.Contains("available") ? told.Available : present.Available,
    };

    private static string[]? CategoriesOf(Fields fields)
    {
        if (fields.Any("categories") is not { } list) return null;
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MostCategories) { fields.Fault("categories", $"must be a list of at most {MostCategories} texts"); return null; }
        List<string> categories = [];
        foreach (var element in list.EnumerateArray())
        {
            if (element.ValueKind == JsonValueKind.String && RecommendationsDoor.Safe(element) is { } text && Texts.Fault(text) is null) categories.Add(text);
            else { fields.Fault("categories", "holds something that is no category"); break; }
        }
        return [.. categories];
    }

    private static long? Price(Fields fields)
    {
        if (fields.Number("price") is not { } price) return null;
        if (price == Math.Floor(price) && price is >= 0 and <= 1e12) return (long)price;
        fields.Fault("price", "must be whole minor units, such as 1850 for 18.50");
        return null;
    }

    /// <summary>An http(s) address, or one of this site. Nothing is fetched from it here.</summary>
    private static string? Address(Fields fields, string name)
    {
        if (fields.Text(name, 2_000) is not { } text) return null;
        var local = text.StartsWith('/') && !text.StartsWith("//", StringComparison.Ordinal) && !text.Contains('\\');
        if (local || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0)) return text;
        fields.Fault(name, "must be an http or https address, or one that begins with /");
        return null;
    }
}
