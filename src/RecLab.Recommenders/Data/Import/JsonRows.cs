namespace RecLab.Recommenders.Data.Import;

/// <summary>Rows of files with one JSON object a line.</summary>
internal static class JsonRows
{
    /// <summary>Reads a file into a run: which field means what is in <paramref name="columns"/>.</summary>
    public static void Read(ImportRun run, DatasetPart part, ColumnMapping columns)
    {
        var fields = new JsonFields(columns.User, columns.Item, columns.Value, columns.Time, columns.Scenario);
        var times = new TimeParser(columns, FirstTimes(part, columns));
        run.Pieces(part, (line, number) =>
        {
            if (line.TrimStart(" \t"u8).IsEmpty) return;
            run.Counted(part.Name);
            var rating = columns.ImplicitWeight;
            var seconds = 0L;
            var rule = !fields.Read(line) ? "a line must be one JSON object"
                : !fields.Has(0) ? $"a row must have the field '{columns.User}'"
                : !fields.Has(1) ? $"a row must have the field '{columns.Item}'"
                : columns.Value is not null && (!fields.Has(2) || !Fields.TryNumber(fields[2], out rating)) ? $"the field '{columns.Value}' must be a finite number"
                : columns.Time is not null && (!fields.Has(3) || !times.TrySeconds(fields[3], out seconds)) ? $"the field '{columns.Time}' must be {times.Expected}"
                : null;
            if (rule is null) run.Add(fields[0], fields[1], rating, seconds, part.Name, number, line, columns.Scenario is not null && fields.Has(4) ? fields[4] : default);
            else run.Refusals.Refuse(rule, part.Name, number, line);
        });
    }

    /// <summary>The times of the first objects, by which their format is told.</summary>
    private static List<string> FirstTimes(DatasetPart part, ColumnMapping columns)
    {
        if (columns.Time is null || columns.TimeFormat != TimeFormat.Detect) return [];
        var time = new JsonFields(columns.Time);
        return [.. FirstLines.Of(part, TimeParser.Looked).Where(l => time.Read(System.Text.Encoding.UTF8.GetBytes(l)) && time.Has(0)).Select(_ => Fields.Text(time[0]))];
    }

    /// <summary>The keys of the first objects, in the order in which they appear; null where the file does not begin with objects.</summary>
    public static string[]? Keys(DatasetPart part)
    {
        var keys = new List<string>();
        var lines = FirstLines.Of(part, 20);
        foreach (var line in lines)
        {
            if (JsonFields.Peek(line) is not { } peeked) return null;
            keys.AddRange(peeked.Select(p => p.Name));
        }
        return lines.Count == 0 ? null : [.. keys.Distinct(StringComparer.Ordinal)];
    }
}
