using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using RecLab.Serving;
using RecLab.Tests.Doors;
using RecLab.Training.External;
using Xunit;

namespace RecLab.Tests.Serving.External;

/// <summary>What a team already has beside what was trained here: one experiment, everything through HTTP.</summary>
public sealed class ThreeArmsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_an_uploaded_list_and_a_trained_variant_are_compared_in_one_experiment()
    {
        await using var app = new ShopApp();
        await app.OpenAsync();
        using var client = app.Backend();
        await using var team = await TeamsRecommender.StartAsync("8", "9", "10", "11");
        await app.PlacementAsync("three", p => (p.Exploration, p.HideSeen) = (0, false));
        await app.ServeAsync("ours", "als");
        await app.Get<ExternalDesk>().CreateEndpointAsync(new("service", "Service", app.DatasetId), new(team.Url, TimeoutMs: EndpointSettings.LongestMs), "test"); // a busy machine is slow, not silent
        var csv = "user,item,rank\n" + string.Concat(Enumerable.Range(0, 80).Select(u => $"{u},20,1\n{u},21,2\n{u},22,3\n"));
        using var uploaded = await client.PutAsync($"/api/v1/variants/nightly/lists?dataset={app.DatasetId}", new StringContent(csv, Encoding.UTF8, "text/csv"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, uploaded.StatusCode);
        await app.Get<ModelShelf>().RefreshAsync(Cancellation);

        await OkAsync(client, "/api/v1/experiments", new
        {
            key = "today-or-tomorrow", placement = "three", arms = new[] { new { variant = "service", weight = 0.34 }, new { variant = "nightly", weight = 0.33 }, new { variant = "ours", weight = 0.33 } },
            settings = new { minimumUsers = 2, minimumDays = 0 },
        });
        await OkAsync(client, "/api/v1/experiments/today-or-tomorrow:start", new { why = "which is best?" });

        // whoever is shown the service's list clicks its first place, whoever sees the uploaded one its first two, nobody clicks ours
        Dictionary<string, int> users = [];
        for (var user = 0; user < 80; user++)
        {
            var list = await app.ListAsync($"placement=three&user={user}&n=3");
            var arm = list.GetProperty("experiment").GetProperty("variant").GetString()!;
            Assert.Equal(JsonValueKind.Null, list.GetProperty("fallback").ValueKind);
            Assert.Equal(arm, list.GetProperty("model").GetProperty("id").GetString());
            if (arm == "service") Assert.Equal(["8", "9", "10"], ShopApp.Ids(list));
            if (arm == "nightly") Assert.Equal(["20", "21", "22"], ShopApp.Ids(list));
            users[arm] = users.GetValueOrDefault(arm) + 1;
            var clicks = arm switch { "service" => 1, "nightly" => 2, _ => 0 };
            await app.SendAsync([.. Enumerable.Range(0, 3).Select(p => ShopApp.Event("viewable", list, p, $"{user}")), .. Enumerable.Range(0, clicks).Select(p => ShopApp.Event("click", list, p, $"{user}"))]);
        }
        Assert.Equal(["nightly", "ours", "service"], users.Keys.Order());

        var results = await client.GetFromJsonAsync<JsonElement>("/api/v1/experiments/today-or-tomorrow/results", Cancellation);
        var arms = results.GetProperty("arms").EnumerateArray().ToArray();
        Assert.Equal([users["service"], users["nightly"], users["ours"]], arms.Select(a => a.GetProperty("users").GetInt32()));
        // of three seen one is clicked in control, two in the uploaded lists, none in ours: +100 % and -100 %
        var (nightly, ours) = (Goal(arms[1]), Goal(arms[2]));
        Assert.Equal((2.0 / 3, 1.0 / 3), (Math.Round(nightly.GetProperty("value").GetDouble(), 9), Math.Round(nightly.GetProperty("control").GetDouble(), 9)), Close);
        Assert.Equal(0, ours.GetProperty("value").GetDouble());
        Assert.Equal(users["service"], team.Asked);

        static JsonElement Goal(JsonElement arm) => arm.GetProperty("metrics").EnumerateArray().Single(m => m.GetProperty("role").GetString() == "goal");
    }

    private static bool Close((double, double) a, (double, double) b) => Math.Abs(a.Item1 - b.Item1) < 1e-8 && Math.Abs(a.Item2 - b.Item2) < 1e-8;

    private static async Task OkAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync(path, body, Cancellation);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }
}
