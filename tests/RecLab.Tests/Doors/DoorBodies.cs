using System.Text;

namespace RecLab.Tests.Doors;

/// <summary>What each door would take, to be spoilt: a body that fails at its first field says nothing about what lies behind.</summary>
internal static class DoorBodies
{
    private const string List = """{"placement":"home","user":"u1","session":"s1","n":5,"exclude":["1","2"],"context":{"device":"mobile"},"consent":"granted","simulated":false}""";
    private const string Lists = """{"user":"u1","session":"s1","dedupe":true,"placements":[{"placement":"home","n":3},{"placement":"home","n":2,"exclude":["1"]}]}""";
    private const string Events = """
        {"sentAt":"2026-11-22T10:00:05Z","events":[
         {"eventId":"0199f0c3-0000-7000-8000-000000000001","type":"viewable","recommendationId":"0199f0c2-0000-7000-8000-000000000000.AAAA","itemId":"1","position":1,"user":"u1","session":"s9","occurredAt":"2026-11-22T10:00:03Z","value":null,"currency":null,"properties":{}},
         {"eventId":"e2","type":"purchase","itemId":"2","user":"u1","occurredAt":"2026-11-22T10:00:03Z","value":1850,"currency":"EUR","properties":{"a":1}},
         {"eventId":"e3","type":"rating","itemId":"3","user":"u1","value":4.5}]}
        """;

    private const string Wish = """{"name":"Ratings","upload":"0123456789abcdef0123456789abcdef","lines":true,"layout":null,"columns":{"user":"user","item":"item","value":"rating","time":"timestamp","delimiter":";","hasHeader":true},"cleaning":{"repeats":"newest","minPerUser":2,"from":"2024-05-01T00:00:00Z"},"hiddenShare":0.1,"cut":{"kind":"random","validation":0.1,"test":0.2,"cold":0.1,"seed":7}}""";
    private const string Told = """{"attributes":{"country":"de","plan":"pro"}}""";
    private const string Key = """{"name":"shop front","kind":"publishable","origins":["https://shop.example"],"scopes":["keys"],"expiresAt":"2030-01-01T00:00:00Z","overlapDays":7}""";

    private const string Exposure = """{"exposureId":"own-1","placement":"home","user":"u1","session":"s1","servedAt":"2026-01-17T10:00:00Z","items":["1",{"id":"2","propensity":0.5}],"simulated":true}""";
    private const string Item = """{"id":"brand-new","title":"Item of today","description":"Plain words","categories":["c1"],"price":1250,"url":"https://shop.example/1","image":"https://shop.example/1.png","available":true}""";
    private const string Placement = """{"key":"letter","name":"Newsletter","listLength":3,"exploration":0.1,"hideSeen":true,"categories":[],"blocked":["5"],"fallbacks":["popularity"]}""";
    private const string Variant = """{"key":"asked","name":"Asked","family":"popularity","datasetId":1,"options":{"halfLifeDays":30},"schedule":"0 0 3 * * ?"}""";
    private const string Training = """{"variant":"popularity","seed":7,"device":"cpu"}""";
    private const string Experiment = """{"key":"by-api","name":"By hand","placement":"home","goalMetric":"clicks","hypothesis":"More clicks.","owner":"Ada","traffic":0.5,"alpha":0.05,"arms":[{"variant":"popularity","name":"A","weight":0.5},{"variant":"popularity","weight":0.5}],"settings":{"minimumUsers":2,"minimumDays":0,"caps":[{"metric":"revenue","value":7.5}]}}""";
    private const string Table = "user,item,score\nu1,5,0.9\nu1,7,0.8\nu2,5,\n";

    /// <summary>A body for a route, mostly of the type it asks for, mostly spoilt.</summary>
    public static HttpContent Of(string pattern, Random random, Hostile hostile)
    {
        byte[] Spoilt(string valid) => random.Next(10) == 0 ? Encoding.UTF8.GetBytes(valid) : hostile.Body(valid);
        var valid = For(pattern);
        return pattern switch
        {
            _ when valid == Table => hostile.Content(Encoding.UTF8.GetBytes(string.Join('\n', Table.Split('\n').Select(line => random.Next(3) == 0 ? string.Join(',', line.Split(',').Select(f => random.Next(2) == 0 ? hostile.Word() : f)) : line))), "text/csv"),
            _ when valid == Item => hostile.Content([.. Enumerable.Range(0, random.Next(1, 4)).SelectMany(_ => Spoilt(Item).Append((byte)'\n'))], "application/x-ndjson"),
            _ => hostile.Content(Spoilt(valid), "application/json"),
        };
    }

    /// <summary>What the door behind a route takes.</summary>
    public static string For(string pattern)
    {
        bool Under(string path) => pattern.StartsWith("/api/v1/" + path, StringComparison.Ordinal);
        return pattern switch
        {
            "/api/v1/recommendations" => List,
            "/api/v1/recommendations:batch" => Lists,
            _ when pattern.EndsWith("/lists", StringComparison.Ordinal) => Table,
            _ when Under("exposures") => Exposure,
            _ when Under("items") => Item,
            _ when Under("users") => Told,
            _ when Under("datasets") => Wish,
            _ when Under("keys") => Key,
            _ when Under("placements") => Placement,
            _ when Under("variants") => Variant,
            _ when Under("trainings") => Training,
            _ when Under("experiments") => Experiment,
            _ => Events,
        };
    }
}
