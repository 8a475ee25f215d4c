using System.Xml.Linq;
using RecLab.Recommenders.Data;
using RecLab.Simulation.Catalogues;
using Xunit;

namespace RecLab.Simulation.Tests.Catalogues;

public sealed class GeneratedShopTests
{
    private static readonly Interactions Shop = GeneratedShop.Create(new(Seed: 7, Books: 400, Readers: 500, MeanHistory: 30));

    [Fact]
    public void Same_seed_same_shop_and_another_seed_another()
    {
        var again = GeneratedShop.Create(new(Seed: 7, Books: 400, Readers: 500, MeanHistory: 30), TestContext.Current.CancellationToken);
        Assert.Equal(Shop.Item, again.Item);
        Assert.Equal(Shop.Time, again.Time);
        Assert.Equal(Shop.Catalogue["book-0001"].Title, again.Catalogue["book-0001"].Title);
        Assert.NotEqual(Shop.Item, GeneratedShop.Create(new(Seed: 8, Books: 400, Readers: 500, MeanHistory: 30), TestContext.Current.CancellationToken).Item.Take(Shop.Count));
    }

    [Fact]
    public void Every_reader_has_at_least_twelve_books_and_none_twice()
    {
        for (var reader = 0; reader < Shop.Users.Count; reader++)
        {
            var history = Shop.History(reader);
            Assert.True(history.Length >= 12);
            Assert.Equal(history.Length, history.Distinct().Count());
        }
    }

    [Fact]
    public void Popularity_is_long_tailed()
    {
        var counts = Enumerable.Range(0, Shop.Items.Count).Select(Shop.ByItem.Size).OrderDescending().ToArray();
        // Uniform drawing would give the top tenth of the books about a tenth of the rows.
        Assert.InRange(counts.Take(counts.Length / 10).Sum() / (double)Shop.Count, 0.2, 0.6);
    }

    [Fact]
    public void A_series_is_read_on_far_more_often_than_chance_would()
    {
        var followed = 0;
        var chances = 0;
        for (var reader = 0; reader < Shop.Users.Count; reader++)
        {
            var titles = Shop.History(reader).Select(i => Shop.Catalogue[Shop.Items[i]].Title).ToArray();
            for (var step = 0; step + 1 < titles.Length; step++)
            {
                if (!titles[step].EndsWith(", volume 1", StringComparison.Ordinal)) continue;
                chances++;
                if (titles[step + 1] == titles[step].Replace(", volume 1", ", volume 2", StringComparison.Ordinal)) followed++;
            }
        }
        // 0.75 follow, less those who have read volume 2 already; by chance it would be 1 in 400.
        Assert.True(chances > 50, $"{chances} readers of a first volume");
        Assert.InRange((double)followed / chances, 0.5, 0.8);
    }

    [Fact]
    public void Titles_are_unique_and_items_have_what_a_shop_shows()
    {
        Assert.Equal(400, Shop.Catalogue.Items.Select(i => i.Title).Distinct().Count());
        Assert.All(Shop.Catalogue.Items, item =>
        {
            Assert.NotEmpty(item.Categories);
            Assert.NotEmpty(item.Description);
            Assert.InRange(item.Price!.Value, 890, 2500);
        });
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("<script>alert(1)</script> & \"quotes\" 'too' \u0001")]
    public void A_cover_is_well_formed_whatever_the_title(string title)
    {
        var clean = new ItemInfo("i1", new string([.. title.Where(c => !char.IsControl(c))]), ["Crime"]);
        var svg = XDocument.Parse(CoverArt.Svg(clean));
        Assert.Equal("svg", svg.Root!.Name.LocalName);
        Assert.DoesNotContain(svg.Descendants(), e => e.Name.LocalName == "script");
    }
}
