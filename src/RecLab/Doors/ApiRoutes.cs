using Microsoft.OpenApi;

namespace RecLab.Doors;

/// <summary>What each route of the API is for, takes and answers.</summary>
internal static class ApiRoutes
{
    public static RouteDescription Get { get; } = new("recommend", "A list for a placement and a user",
        "An unknown user or item, an empty catalogue and a model that is still loading are answered, with the fallback named; nothing is ever shown twice or against a filter. The list is in the durable log before it is answered.", typeof(RecommendationAnswer))
    {
        Refusals = [404],
        Parameters =
        [
            new("placement", "Key of the placement.", "home", Required: true),
            new("user", "The user; absent for nobody in particular.", "u1"),
            new("n", "How many items, 1 to 100; the placement's own length where absent.", 10, JsonSchemaType.Integer),
            new("item", "The item being looked at (similar items, item pages).", "i7"),
            new("because", "Because you viewed: where no item is given, the list is about the last one the user touched.", false, JsonSchemaType.Boolean),
            new("exclude", "Ids not to be shown this time, separated by commas, at most 500.", "i8,i9"),
            new("category", "Only items of this category; may be given several times."),
            new("session", "A visit; exploration stays the same within it.", "s9"),
            new("context.device", "Any parameter that begins with context. is known to targeting; at most 20.", "mobile"),
            new("consent", "granted, denied or unknown.", "granted"),
            new("simulated", "A simulated visitor; secret keys only.", false, JsonSchemaType.Boolean),
            new("at", "The simulated moment, ISO 8601; simulated visitors only."),
        ],
    };

    public static RouteDescription Post { get; } = new("recommendByBody", "The same with a body", "For long exclusions.", typeof(RecommendationAnswer))
    {
        Refusals = [400, 404, 413, 415], Body = typeof(RecommendationBody), Example = """{"placement":"home","user":"u1","n":10,"exclude":["i8","i9"],"context":{"device":"mobile"}}""",
    };

    public static RouteDescription Batch { get; } = new("recommendPage", "Lists for up to 20 placements of one page", "With dedupe no item comes twice on the page; the lists are made in the order asked.", typeof(BatchAnswer))
    {
        Refusals = [400, 404, 413, 415], Body = typeof(BatchBody), Example = """{"user":"u1","dedupe":true,"placements":[{"placement":"home","n":5},{"placement":"home","n":5,"because":true}]}""",
    };

    public static RouteDescription Events { get; } = new("sendEvents", "Up to 500 events; 200 means they are on disk",
        "Each has its own status: accepted, duplicate, quarantined or rejected. The same eventId is the same event only from the same kind of key, live or simulated: report a purchase from the page or from the server, not from both. text/plain is taken too, for beacons. A purchase, a basket, a rating or a custom:NAME counts for its user in every arm that showed the user a list in the seven days before.", typeof(EventsAnswer))
    {
        Refusals = [400, 413, 415, 503], Body = typeof(EventsBody),
        Parameters = [new("simulated", "Events of simulated visitors; secret keys only.", false, JsonSchemaType.Boolean)],
        Example = """{"events":[{"eventId":"0199f0c3-0000-7000-8000-000000000001","type":"purchase","itemId":"i42","user":"u1","value":1850,"currency":"EUR","properties":{"coupon":"spring"}}]}""",
    };

    public static RouteDescription Exposures { get; } = new("reportExposure", "A list that the host decided and showed (log-only arm)",
        "Ask for recommendations as always; where the answer says hostDecides, show your own list and report it here. Events carry the id that comes back. A list for a user of another arm is kept and not counted.", typeof(ExposureAnswer))
    {
        Refusals = [400, 404, 413, 415, 503], Body = typeof(ExposureBody),
        Example = """{"exposureId":"0199f0c4-0000-7000-8000-000000000001","placement":"home","user":"u1","items":[{"id":"i42","propensity":0.8},{"id":"i7","propensity":0.2}]}""",
    };

    public static RouteDescription Lists { get; } = new("uploadLists", "Uploaded lists as the next version of a variant",
        "A CSV file whose first line is user,item or user,item,score (higher is better) or user,item,rank (1 is best). One wrong line refuses the whole file and the version before stays. Items that the data set's catalogue lacks are left out and counted. gzip is taken.", typeof(ListsAnswer))
    {
        Refusals = [400, 404, 413, 415], BodyType = "text/csv", Example = "user,item,rank\nu1,1,1\nu1,2,2\n",
        Parameters =
        [
            new("key", "Key of the variant.", "partner-lists", InPath: true),
            new("dataset", "The data set whose catalogue the items are in; makes the variant where it does not exist.", 1, JsonSchemaType.Integer),
            new("name", "Name of a variant that is made.", "Partner lists"),
        ],
    };
}
