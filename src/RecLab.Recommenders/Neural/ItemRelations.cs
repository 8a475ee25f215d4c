using System.Runtime.InteropServices;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Factors;

namespace RecLab.Recommenders.Neural;

/// <summary>What joins the items beyond touches, as a graph over the items and further nodes: a node for every value of a category or attribute that several items have, and one for every entity of the knowledge graph that is no
/// item. An entity that is one item is that item's own node, one that is several items joins them; edges count alike whatever their relation, and once where several join the same two.</summary>
/// <remarks>The collaborative knowledge graph of Wang, He, Cao, Liu and Chua, "KGAT: Knowledge Graph Attention Network for Recommendation", KDD 2019, section 2, without its attention over relations.</remarks>
/// <param name="Nodes">Nodes beside the items; they are numbered after the items.</param>
/// <param name="Edges">(Items + nodes) squared, symmetric, without loops; 1 where two are joined.</param>
internal sealed record ItemRelations(int Nodes, SparseMatrix Edges)
{
    /// <summary>Null where nothing joins any two items.</summary>
    public static ItemRelations? Of(Interactions train)
    {
        var items = train.Items.Count;
        var joined = new List<HashSet<int>>();
        for (var i = 0; i < items; i++) joined.Add([]);
        Describe(train, joined);
        if (train.Catalogue.Graph is { } graph) Join(graph, train.Items, joined);
        Prune(joined, items);

        var number = new int[joined.Count];
        var count = 0;
        for (var n = 0; n < joined.Count; n++) number[n] = n < items || joined[n].Count > 0 ? count++ : -1;
        List<int> starts = [0], columns = [];
        for (var n = 0; n < joined.Count; n++)
        {
            if (number[n] < 0) continue;
            columns.AddRange(joined[n].Select(o => number[o]).Order());
            starts.Add(columns.Count);
        }
        return columns.Count == 0 ? null : new(count - items, SparseMatrix.Of(count, [.. starts], [.. columns], [.. Enumerable.Repeat(1f, columns.Count)]));
    }

    private static void Describe(Interactions train, List<HashSet<int>> joined)
    {
        var features = new FmFeatures(train, withAttributes: true);
        var nodes = new Dictionary<int, int>(); // the items' values do not follow each other: those of the users lie between
        for (var i = 0; i < train.Items.Count; i++)
            foreach (var (feature, _) in features.OfItem(i))
                if (feature >= train.Users.Count + train.Items.Count)
                {
                    ref var node = ref CollectionsMarshal.GetValueRefOrAddDefault(nodes, feature, out var there);
                    if (!there) node = New(joined);
                    Edge(joined, i, node);
                }
    }

    private static void Join(KnowledgeGraph graph, Vocabulary items, List<HashSet<int>> joined)
    {
        const int None = -1, Several = -2;
        var node = new int[graph.Entities.Count];
        Array.Fill(node, None);
        int[] item = [.. graph.Linked.Ids.Select(items.IndexOf)];
        for (var l = 0; l < item.Length; l++)
            if (item[l] >= 0) node[graph.EntityOf[l]] = node[graph.EntityOf[l]] == None ? item[l] : Several;
        for (var e = 0; e < node.Length; e++)
            if (node[e] < 0) node[e] = New(joined);
        for (var l = 0; l < item.Length; l++)
            if (item[l] >= 0) Edge(joined, item[l], node[graph.EntityOf[l]]);
        for (var edge = 0; edge < graph.Count; edge++) Edge(joined, node[graph.Head[edge]], node[graph.Tail[edge]]);
    }

    /// <summary>Takes away nodes that lead from nowhere to anywhere, until none is left: what only one knows joins nobody.</summary>
    private static void Prune(List<HashSet<int>> joined, int items)
    {
        var ends = new Stack<int>(Enumerable.Range(items, joined.Count - items).Where(n => joined[n].Count == 1));
        while (ends.TryPop(out var end))
        {
            if (joined[end].Count != 1) continue; // its last neighbour went before it
            var other = joined[end].Single();
            joined[end].Clear();
            joined[other].Remove(end);
            if (other >= items && joined[other].Count == 1) ends.Push(other);
        }
    }

    private static int New(List<HashSet<int>> joined)
    {
        joined.Add([]);
        return joined.Count - 1;
    }

    private static void Edge(List<HashSet<int>> joined, int one, int other)
    {
        if (one == other) return;
        joined[one].Add(other);
        joined[other].Add(one);
    }
}
