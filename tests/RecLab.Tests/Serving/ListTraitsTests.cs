using RecLab.Recommenders.Data;
using RecLab.Serving;
using Xunit;

namespace RecLab.Tests.Serving;

public sealed class ListTraitsTests
{
    /// <summary>Items a, b, c, d, e with 5, 3, 1, 1, 0 interactions.</summary>
    private static Interactions Past(Catalogue? catalogue = null)
    {
        int[] item = [0, 0, 0, 0, 0, 1, 1, 1, 2, 3];
        return new(new Vocabulary(["u"]), new Vocabulary(["a", "b", "c", "d", "e"]), new int[10], item, [.. item.Select(_ => 1f)], new long[10], catalogue);
    }

    [Fact]
    public void The_short_head_is_the_most_popular_items_until_a_fifth_of_all_interactions_is_reached()
    {
        // a alone has 5 of 10, which is a fifth already
        var traits = ListTraits.Of(Past());
        Assert.Equal(1, traits.Head(["b", "a", "c"]));
        Assert.Equal(0, traits.Head(["b", "unheard of"]));
        Assert.Equal(0, traits.Head([]));
    }

    [Fact]
    public void Diversity_is_the_mean_jaccard_distance_of_the_categories_of_two_items()
    {
        ItemInfo Item(string id, params string[] categories) => new(id, id, categories);
        var traits = ListTraits.Of(Past(new([Item("a", "war", "drama"), Item("b", "drama"), Item("c", "comedy")])));
        // a-b 1 - 1/2, a-c 1, b-c 1: mean 5/6 of 2520
        Assert.Equal(2100, traits.Variety(["a", "b", "c"]));
        Assert.Equal(0, traits.Variety(["d", "e"]));
        Assert.Null(traits.Variety(["a"]));
    }

    [Fact]
    public void What_is_not_known_is_null_and_never_zero()
    {
        Assert.Null(ListTraits.Of(Past()).Variety(["a", "b"]));
        Assert.Null(ListTraits.Of(new(new Vocabulary([]), new Vocabulary(["a"]), [], [], [], [])).Head(["a"]));
    }
}
