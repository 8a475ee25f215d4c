namespace RecLab.Recommenders.Data;

/// <summary>What is known around the items as a graph: edges of named relations between entities, and which entity an item is. By outside ids throughout, so that it holds for any choice of rows. Immutable.</summary>
/// <remarks>The form of the public graphs for recommendation: Zhao, He, Yang, Dou, Huang, Ouyang and Wen, "KB4Rec: A Data Set for Linking Knowledge Bases with Recommender Systems", Data Intelligence 2019.</remarks>
public sealed class KnowledgeGraph
{
    /// <param name="entities">What edges lie between.</param>
    /// <param name="relations">The kinds of edges.</param>
    /// <param name="head">Entity index of each edge's beginning.</param>
    /// <param name="relation">Relation index of each edge.</param>
    /// <param name="tail">Entity index of each edge's end.</param>
    /// <param name="linked">Outside ids of the items that are entities.</param>
    /// <param name="entityOf">Entity index of each of them.</param>
    /// <exception cref="ArgumentException">Columns differ in length, or an index is out of range.</exception>
    public KnowledgeGraph(Vocabulary entities, Vocabulary relations, int[] head, int[] relation, int[] tail, Vocabulary linked, int[] entityOf)
    {
        if (relation.Length != head.Length || tail.Length != head.Length) throw new ArgumentException($"Columns of edges differ in length: {head.Length} heads, {relation.Length} relations, {tail.Length} tails.");
        if (entityOf.Length != linked.Count) throw new ArgumentException($"There are {entityOf.Length} entities for {linked.Count} linked items.");
        Within(head, entities, "head");
        Within(relation, relations, "relation");
        Within(tail, entities, "tail");
        Within(entityOf, entities, "entity of an item");
        (Entities, Relations, Head, Relation, Tail, Linked, EntityOf) = (entities, relations, head, relation, tail, linked, entityOf);
    }

    public Vocabulary Entities { get; }
    public Vocabulary Relations { get; }

    /// <summary>Entity index of each edge's beginning.</summary>
    public int[] Head { get; }

    /// <summary>Relation index of each edge.</summary>
    public int[] Relation { get; }

    /// <summary>Entity index of each edge's end.</summary>
    public int[] Tail { get; }

    /// <summary>The items that are entities, by outside id.</summary>
    public Vocabulary Linked { get; }

    /// <summary>Which entity each of <see cref="Linked"/> is.</summary>
    public int[] EntityOf { get; }

    /// <summary>How many edges there are.</summary>
    public int Count => Head.Length;

    /// <summary>The entity an item is, or -1.</summary>
    public int Of(string item) => Linked.IndexOf(item) is var at and >= 0 ? EntityOf[at] : -1;

    private static void Within(int[] column, Vocabulary names, string what)
    {
        foreach (var index in column)
            if ((uint)index >= (uint)names.Count) throw new ArgumentException($"A {what} index {index} of the graph is outside 0..{names.Count - 1}.");
    }
}
