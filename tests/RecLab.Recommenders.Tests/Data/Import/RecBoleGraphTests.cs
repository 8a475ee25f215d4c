using RecLab.Recommenders.Data;
using RecLab.Recommenders.Data.Cleaning;
using RecLab.Recommenders.Data.Import;
using Xunit;

namespace RecLab.Recommenders.Tests.Data.Import;

public sealed class RecBoleGraphTests : IDisposable
{
    private const string Edges = "head_id:token\trelation_id:token\ttail_id:token\n", Links = "item_id:token\tentity_id:token\n";
    private readonly ScratchFolder _folder = new();

    public RecBoleGraphTests() => _folder.Write("x.inter", "user_id:token\titem_id:token\nu\ta\nu\tb\nv\tb\nv\tc\nw\tb\n");

    public void Dispose() => _folder.Dispose();

    private (KnowledgeGraph? Graph, ImportReport Report) Read(string? edges, string? links, ImportOptions? options = null)
    {
        if (edges is not null) _folder.Write("x.kg", edges);
        if (links is not null) _folder.Write("x.link", links);
        var (data, report) = DatasetReaders.Read(_folder.Path, options);
        return (data.Catalogue.Graph, report);
    }

    [Fact]
    public void Edges_and_links_are_read_whatever_the_order_of_their_columns()
    {
        var (graph, report) = Read("tail_id:token\thead_id:token\trelation_id:token\nm.dir\tm.1\tfilm.director\nm.genre\tm.dir\tperson.known_for\nm.dir\tm.2\tfilm.director\n", "entity_id:token\titem_id:token\nm.1\ta\nm.2\tb\n");
        Assert.NotNull(graph);
        Assert.Equal(["m.1 film.director m.dir", "m.dir person.known_for m.genre", "m.2 film.director m.dir"],
            Enumerable.Range(0, graph.Count).Select(e => $"{graph.Entities[graph.Head[e]]} {graph.Relations[graph.Relation[e]]} {graph.Entities[graph.Tail[e]]}"));
        Assert.Equal(("m.1", "m.2", -1), (graph.Entities[graph.Of("a")], graph.Entities[graph.Of("b")], graph.Of("c")));
        Assert.Contains("The graph of 'x.kg' has 3 edges of 2 relations between 4 entities; 2 of 3 items are in it.", report.Notes);
        Assert.Empty(report.Refusals);
    }

    [Fact]
    public void Every_row_that_cannot_be_used_is_counted_under_its_reason()
    {
        var (graph, report) = Read(Edges + "e1\tr\te2\ne1\tr\te2\ne1\te2\ne1\t\te2\ne2\tr\te1\n", Links + "a\te1\na\te2\nb\te9\nz\te2\nc\te1\textra\nc\te1\n");
        Assert.Equal((2, 2), (graph!.Count, graph.Linked.Count));
        Assert.Equal(
            ["a row must have 2 fields like the heading: 1", "a row must have 3 fields like the heading: 1", "an edge counts once: 1", "an item must be linked to one entity: 1",
             "the entity of a link must occur in the graph: 1", "the ids of an edge or a link must not be empty: 1", "the item of a link must occur in the interactions: 1"],
            report.Refusals.Select(r => $"{r.Rule}: {r.Count}").Order(StringComparer.Ordinal));
        Assert.Equal((5L, 5L), (report.Lines, report.Accepted)); // what the graph lacks takes no interaction away
        Assert.Equal(("x.link", 4L, "b\te9"), report.Refusals.Where(r => r.Rule.StartsWith("the entity", StringComparison.Ordinal)).Select(r => (r.Lines[0].File, r.Lines[0].Line, r.Lines[0].Text)).Single());
    }

    [Theory]
    [InlineData(Edges + "e1\tr\te2\n", null, "'x.kg' was left out: no .link file says which items its entities are.")]
    [InlineData(null, Links + "a\te1\n", "'x.link' was left out: no .kg file says what its entities are joined to.")]
    public void Half_a_graph_is_left_out_with_a_sentence(string? edges, string? links, string sentence)
    {
        var (graph, report) = Read(edges, links);
        Assert.Null(graph);
        Assert.Contains(sentence, report.Notes);
    }

    [Fact]
    public void A_column_that_is_not_known_is_left_out_with_a_sentence()
    {
        var (graph, report) = Read("head_id:token\trelation_id:token\ttail_id:token\tweight:float\ne1\tr\te2\t0.5\n", Links + "a\te1\n");
        Assert.Equal(1, graph!.Count);
        Assert.Contains("'x.kg' has more than is read: weight:float was left out.", report.Notes);
    }

    [Theory]
    [InlineData("head_id:token\ttail_id:token\ne1\te2\n", Links + "a\te1\n", "'x.kg' has no column relation_id:token; it has head_id:token, tail_id:token.")]
    [InlineData(Edges + "e1\tr\te2\n", "item_id:token\tentity_id:float\na\t1\n", "'x.link' has no column entity_id:token; it has item_id:token, entity_id:float.")]
    [InlineData(Edges + "e1\te2\n", Links + "a\te1\n", "No edge of 'x.kg' could be read; take the file away to import without a graph.")]
    [InlineData(Edges + "e1\tr\te2\n", Links + "nobody\te1\n", "No link of 'x.link' joins an item of the interactions to an entity of 'x.kg'; take both away to import without a graph.")]
    public void A_graph_of_which_nothing_can_be_used_is_refused_in_a_sentence(string edges, string links, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<ImportException>(() => Read(edges, links)).Message);

    [Fact]
    public void Cleaning_takes_items_away_and_leaves_the_graph_as_it_was()
    {
        var (graph, _) = Read(Edges + "e1\tr\te2\ne3\tr\te2\n", Links + "a\te1\nb\te3\n", new() { Cleaning = new() { MinPerItem = 2 } });
        Assert.Equal(2, graph!.Count);
        Assert.Equal(["a", "b"], graph.Linked.Ids); // descriptions stay too; only b has two rows
    }
}
