using Bunit;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Data;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Data.Import;
using RecLab.Training;
using Xunit;
using TestContext = Xunit.TestContext;

namespace RecLab.Tests.Training;

/// <summary>What the form of a variant says of the placements that the rows of its data name.</summary>
public sealed class PlacementsNoteTests : BunitContext, IClassFixture<RecLabApp>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly RecLabApp _app;

    public PlacementsNoteTests(RecLabApp app)
    {
        _app = app;
        JSInterop.Mode = JSRuntimeMode.Loose;
        AddAuthorization().SetAuthorized("Ada").SetRoles(Roles.Analyst);
        Services.AddFallbackServiceProvider(app.Services.CreateScope().ServiceProvider);
    }

    /// <summary>Forty rows of ten users, which came about at these placements in turns; without any, rows that do not say where.</summary>
    private async Task<int> DatasetAsync(string name, params string[] placements)
    {
        var rows = Enumerable.Range(0, 40).ToArray();
        var data = new Interactions(Vocabulary.OfNumbers(10), Vocabulary.OfNumbers(8), [.. rows.Select(r => r % 10)], [.. rows.Select(r => r * 3 % 8)], [.. rows.Select(_ => 1f)], [.. rows.Select(r => 1_600_000_000L + r)],
            scenarios: placements.Length == 0 ? null : ScenarioColumn.Of([.. rows.Select(r => placements[r / 2 % placements.Length])]));
        var writer = _app.Services.GetRequiredService<DatasetWriter>();
        var dataset = await writer.ReserveAsync(name, "made", DatasetOrigin.Generated, 0, "test");
        return (await writer.StoreAsync(dataset.Id, data, new ImportReport("made", data.Count, data.Count, [], []), TestContext.Current.CancellationToken)).Id;
    }

    private IRenderedComponent<PlacementsNote> Show(string family, int dataset) => Render<PlacementsNote>(p => p.Add(n => n.Family, RecommenderCatalog.Get(family)).Add(n => n.DatasetId, dataset));

    [Fact]
    public async Task A_family_that_knows_placements_answers_differently_in_each_and_another_alike_everywhere()
    {
        var two = await DatasetAsync("two places", "home", "cart");
        var note = Show("deepfm", two);
        note.WaitForAssertion(() => Assert.Equal("The rows of this data set name placements (cart, home): this family answers differently in each.", note.Find(".note").TextContent.Trim()), Patience);
        note.Render(p => p.Add(n => n.Family, RecommenderCatalog.Get("item-knn")));
        Assert.Equal("The rows of this data set name placements (cart, home); this family makes no use of them and answers alike everywhere. For a model of one placement, train on a snapshot of its lists alone.", note.Find(".note").TextContent.Trim());
    }

    [Fact]
    public async Task Nothing_is_said_of_data_that_name_no_placement_and_another_choice_of_data_is_read_anew()
    {
        var (none, seven) = (await DatasetAsync("nowhere"), await DatasetAsync("seven places", "a", "b", "c", "d", "e", "f", "g"));
        var note = Show("deepfm", none);
        Assert.Empty(note.FindAll(".note"));
        note.Render(p => p.Add(n => n.DatasetId, seven));
        note.WaitForAssertion(() => Assert.Contains("(a, b, c, d, e and 2 more)", note.Find(".note").TextContent), Patience);
        note.Render(p => p.Add(n => n.DatasetId, none));
        note.WaitForAssertion(() => Assert.Empty(note.FindAll(".note")), Patience);
    }

    [Fact]
    public async Task The_form_of_a_new_variant_says_it_for_the_family_and_the_data_that_are_chosen()
    {
        var (plain, placed) = (await DatasetAsync("form plain"), await DatasetAsync("form placed", "home", "mail"));
        var page = Render<NewVariantPage>();
        page.WaitForAssertion(() => page.Find("#variant-data"), Patience);
        page.Find("#variant-data").Change(plain.ToString());
        page.Find("#variant-family").Change("deepfm");
        page.WaitForAssertion(() => Assert.DoesNotContain("name placements", page.Markup), Patience);
        page.Find("#variant-data").Change(placed.ToString());
        page.WaitForAssertion(() => Assert.Contains("The rows of this data set name placements (home, mail): this family answers differently in each.", page.Markup), Patience);
        page.Find("#variant-family").Change("als");
        page.WaitForAssertion(() => Assert.Contains("(home, mail); this family makes no use of them", page.Markup), Patience);
    }
}
