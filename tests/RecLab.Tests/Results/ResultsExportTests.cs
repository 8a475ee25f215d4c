using System.Net;
using RecLab.Access;
using RecLab.Results;
using RecLab.Tests.Access;
using RecLab.Tests.Experiments;
using Xunit;
using static RecLab.Tests.Results.Readings;

namespace RecLab.Tests.Results;

public sealed class ResultsExportTests(RecLabApp app) : IClassFixture<RecLabApp>
{
    [Fact]
    public async Task The_json_holds_everything_the_page_is_computed_from()
    {
        var experiment = await app.RunningAsync(await app.DraftAsync("exported"));
        await app.ShowAsync(experiment, 0, "u1", DateTimeOffset.UtcNow, 8, 2);
        var client = await app.SignedInAsync(Roles.Viewer);
        var read = ResultsInput.FromJson(await client.GetStringAsync("/experiments/exported/export.json?traffic=live"));
        Assert.Equal((1L, 8L, 2L), (read.Totals.Arms[0].Units, read.Totals.Arms[0].Total.Viewable, read.Totals.Arms[0].Total.Clicked));
        Assert.StartsWith("experiment,phase,reading,metric,role,arm", await client.GetStringAsync("/experiments/exported/export.csv"));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/experiments/nowhere/export.json")).StatusCode);
    }

    [Fact]
    public async Task Nobody_unknown_gets_an_export()
    {
        await app.RunningAsync(await app.DraftAsync("closed"));
        Assert.NotEqual(HttpStatusCode.OK, (await app.Browser().GetAsync("/experiments/closed/export.json")).StatusCode);
    }

    [Fact]
    public void A_row_says_why_there_is_no_number_and_leaves_the_number_empty()
    {
        var lines = ResultsExport.Csv(ResultsView.Of(Input(Arm(0, 200, 0), Arm(1, 200, 0.5)))).Split("\r\n");
        Assert.Equal("home-1,1,live,ctr,goal,B,ALS,200,0.1,0,,,,,,,no,,zero_variance,,\"clicks per viewable item, users as clusters; higher is better\"", lines[1]);
    }
}
