using RecLab.Recommenders.Data;
using RecLab.Recommenders.Neural;
using Xunit;

namespace RecLab.Recommenders.Tests.Neural;

public sealed class ItemRelationsTests
{
    /// <summary>Items "0", "1", ... with the given categories and nobody's touches.</summary>
    private static Interactions Of(string[][] categories, KnowledgeGraph? graph) => new(Vocabulary.Empty, Vocabulary.OfNumbers(categories.Length), [], [], [], [],
        new Catalogue(categories.Select((c, i) => new ItemInfo($"{i}", $"{i}", c)), graph));

    /// <summary>Edges as "head tail", all of one relation but the last.</summary>
    private static KnowledgeGraph Graph(string[] edges, params (string Item, string Entity)[] links)
    {
        var entities = new Vocabulary(edges.SelectMany(e => e.Split(' ')).Distinct());
        int[] End(int at) => [.. edges.Select(e => entities.IndexOf(e.Split(' ')[at]))];
        return new(entities, new(["r", "s"]), End(0), [.. edges.Select((_, i) => i == edges.Length - 1 ? 1 : 0)], End(1), new(links.Select(l => l.Item)), [.. links.Select(l => entities.IndexOf(l.Entity))]);
    }

    private static string[] Edges(ItemRelations relations) =>
        [.. Enumerable.Range(0, relations.Edges.Rows).SelectMany(n => relations.Edges.ColumnsOf(n).ToArray().Select(m => $"{n} {m}"))];

    [Fact]
    public void Values_that_several_items_have_and_entities_that_are_no_item_become_nodes()
    {
        // Items 0 and 1 share a category (node 2); m0 is item 0, m1 is item 1; both have the director d (node 3), who belongs to no other.
        var relations = ItemRelations.Of(Of([["c"], ["c", "own"]], Graph(["m0 d", "d m1", "m0 only"], ("0", "m0"), ("1", "m1"))))!;
        Assert.Equal(2, relations.Nodes);
        Assert.Equal(["0 2", "0 3", "1 2", "1 3", "2 0", "2 1", "3 0", "3 1"], Edges(relations)); // "own" and "only" join nobody
    }

    [Fact]
    public void Entities_are_joined_to_entities_and_items_to_items()
    {
        // m0 - d - s - m1, and m1 - m2 directly, by two relations; the chain x - y leads nowhere.
        var relations = ItemRelations.Of(Of([[], [], []], Graph(["m0 d", "d s", "s m1", "s x", "x y", "m1 m2", "m2 m1"], ("0", "m0"), ("1", "m1"), ("2", "m2"))))!;
        Assert.Equal(2, relations.Nodes); // d is 3, s is 4
        Assert.Equal(["0 3", "1 2", "1 4", "2 1", "3 0", "3 4", "4 1", "4 3"], Edges(relations));
        Assert.All(relations.Edges.AllValues.ToArray(), v => Assert.Equal(1, v));
    }

    [Fact]
    public void An_entity_of_several_items_joins_each_and_an_item_that_is_not_here_is_an_entity()
    {
        var relations = ItemRelations.Of(Of([[], []], Graph(["m d", "gone d", "m m", "d z", "z gone"], ("0", "m"), ("1", "m"), ("7", "gone"))))!;
        // nodes: m 2, d 3, gone 4, z 5
        Assert.Equal(["0 2", "1 2", "2 0", "2 1", "2 3", "3 2", "3 4", "3 5", "4 3", "4 5", "5 3", "5 4"], Edges(relations));
    }

    [Fact]
    public void Where_nothing_joins_two_items_there_is_nothing() =>
        Assert.Null(ItemRelations.Of(Of([["a"], ["b"]], Graph(["m0 x", "y z"], ("0", "m0")))));
}
