using System.Text.Unicode;

namespace RecLab.Recommenders.Data.Import;

/// <summary>The knowledge graph of RecBole's atomic files: <c>NAME.kg</c> with head_id, relation_id and tail_id, and <c>NAME.link</c> with item_id and entity_id, all of them tokens.</summary>
internal static class RecBoleGraph
{
    /// <summary>The graph, once the interactions have been read; null where there is none, with a note where half of one lies there.</summary>
    /// <exception cref="ImportException">A heading lacks a column, or nothing of a file can be used.</exception>
    public static KnowledgeGraph? Read(ImportRun run, DatasetSource source)
    {
        var (edges, links) = (Find(source, ".kg"), Find(source, ".link"));
        if (edges is null != links is null) run.Notes.Add(edges is null ? $"'{links!.Name}' was left out: no .kg file says what its entities are joined to." : $"'{edges.Name}' was left out: no .link file says which items its entities are.");
        if (edges is null || links is null) return null;

        var (entities, relations) = (new VocabularyBuilder(), new VocabularyBuilder());
        List<int> head = [], relation = [], tail = [];
        var known = new HashSet<(int, int, int)>();
        Rows(run, edges, ["head_id", "relation_id", "tail_id"], fields =>
        {
            if (head.Count >= run.Options.MostRows) throw new ImportException($"'{edges.Name}' has more than {run.Options.MostRows:N0} rows, which is the limit set for an import.");
            var (h, r, t) = (entities.Add(fields[0]), relations.Add(fields[1]), entities.Add(fields[2]));
            if (!known.Add((h, r, t))) return "an edge counts once";
            head.Add(h);
            relation.Add(r);
            tail.Add(t);
            return null;
        });
        if (head.Count == 0) throw new ImportException($"No edge of '{edges.Name}' could be read; take the file away to import without a graph.");

        var linked = new VocabularyBuilder();
        List<int> entityOf = [];
        Rows(run, links, ["item_id", "entity_id"], fields =>
        {
            var entity = entities.Find(fields[1]);
            if (entity < 0) return "the entity of a link must occur in the graph";
            if (run.Rows.Items.Find(fields[0]) < 0) return "the item of a link must occur in the interactions";
            if (linked.Find(fields[0]) >= 0) return "an item must be linked to one entity";
            linked.Add(fields[0]);
            entityOf.Add(entity);
            return null;
        });
        if (entityOf.Count == 0) throw new ImportException($"No link of '{links.Name}' joins an item of the interactions to an entity of '{edges.Name}'; take both away to import without a graph.");
        run.Notes.Add($"The graph of '{edges.Name}' has {head.Count:N0} edges of {relations.Count:N0} relations between {entities.Count:N0} entities; {entityOf.Count:N0} of {run.Rows.Items.Count:N0} items are in it.");
        return new(entities.Build(), relations.Build(), [.. head], [.. relation], [.. tail], linked.Build(), [.. entityOf]);
    }

    private delegate string? RowHandler(Columns fields);

    /// <summary>The wanted fields of a row.</summary>
    private readonly ref struct Columns(ReadOnlySpan<byte> line, ReadOnlySpan<Range> ranges, ReadOnlySpan<int> at)
    {
        private readonly ReadOnlySpan<byte> _line = line;
        private readonly ReadOnlySpan<Range> _ranges = ranges;
        private readonly ReadOnlySpan<int> _at = at;

        public ReadOnlySpan<byte> this[int column] => _line[_ranges[_at[column]]];
        public int Count => _at.Length;
    }

    private static DatasetPart? Find(DatasetSource source, string ending) => source.Parts.FirstOrDefault(p => p.Name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    private static void Rows(ImportRun run, DatasetPart part, string[] names, RowHandler each)
    {
        var (width, at) = (0, Array.Empty<int>());
        run.Lines(part, (line, number) =>
        {
            if (number == 1)
            {
                var heading = RecBoleHeading.Of(line, part.Name);
                (width, at) = (heading.Count, [.. names.Select(n => heading.FindIndex(c => c.Type == "token" && c.Name == n))]);
                if (at.Contains(-1)) throw new ImportException($"'{part.Name}' has no column {names[Array.IndexOf(at, -1)]}:token; it has {string.Join(", ", heading)}.");
                if (heading.Where((_, i) => !at.Contains(i)).ToArray() is { Length: > 0 } others) run.Notes.Add($"'{part.Name}' has more than is read: {string.Join(", ", others)} {(others.Length == 1 ? "was" : "were")} left out.");
                return;
            }
            Span<Range> ranges = stackalloc Range[64];
            var rule = Fields.Split(line, "\t"u8, ranges) != width ? $"a row must have {width} fields like the heading" : Wrong(new(line, ranges, at), run.Options.LongestId) ?? each(new(line, ranges, at));
            if (rule is not null) run.Refusals.Refuse(rule, part.Name, number, line);
        });
    }

    private static string? Wrong(Columns fields, int longest)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields[i].IsEmpty) return "the ids of an edge or a link must not be empty";
            if (fields[i].Length > longest) return $"an id must not be longer than {longest} bytes";
            if (!Utf8.IsValid(fields[i])) return "an id must be valid UTF-8";
        }
        return null;
    }
}
