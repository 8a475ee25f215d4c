using Microsoft.Data.Sqlite;

namespace RecLab.Events;

/// <summary>One total that does not follow from the log.</summary>
/// <param name="Stored">The stored row; empty where there is none.</param>
/// <param name="FromLog">What the log says; empty where it says that there is no such row.</param>
public sealed record FoldFault(string Table, string Row, string Stored, string FromLog);

/// <summary>What a comparison of all totals with the log found.</summary>
/// <param name="Lists">Lists in the log.</param>
/// <param name="Events">Events in the log.</param>
/// <param name="Totals">Rows of stored totals.</param>
/// <param name="Differing">Rows that are stored and do not follow from the log, or follow from it and are not stored.</param>
/// <param name="Faults">The first of them.</param>
public sealed record FoldReport(long Lists, long Events, long Totals, long Differing, IReadOnlyList<FoldFault> Faults);

/// <summary>Proves that the totals follow from the log: recomputes them from its rows with plain SQL that shares nothing with the code that folds,
/// and can replace the stored ones by them.</summary>
public sealed class FoldProof(EventStore store)
{
    /// <summary>The totals that differ from what the log says, at most <paramref name="most"/>; none when all is well. Reads one consistent state, so it may run beside the writer.</summary>
    public IReadOnlyList<FoldFault> Check(int most = 20) => Examine(most).Faults;

    /// <summary>The same with counts.</summary>
    public FoldReport Examine(int most = 20)
    {
        using var connection = store.OpenReader();
        using var transaction = connection.BeginTransaction(deferred: true);
        Fill(connection);
        var report = Compare(connection, most);
        Drop(connection);
        return report;
    }

    /// <summary>Puts what the log says in the place of stored totals that differ, in one transaction; without any difference nothing is written. A writer in another process
    /// waits or is told to try again meanwhile, and reads afresh afterwards.</summary>
    /// <returns>What was found before.</returns>
    public FoldReport Rebuild(int most = 20)
    {
        using var connection = store.OpenWriter();
        using var transaction = connection.BeginTransaction();
        Fill(connection);
        var report = Compare(connection, most);
        if (report.Differing > 0)
        {
            foreach (var table in EventStore.Folds)
            {
                var columns = string.Join(", ", Columns(connection, table));
                Run(connection, $"DELETE FROM main.{table}; INSERT INTO main.{table} ({columns}) SELECT {columns} FROM temp.fold_{table};");
            }
            transaction.Commit();
        }
        else transaction.Rollback();
        Drop(connection);
        return report;
    }

    private static void Fill(SqliteConnection connection)
    {
        Drop(connection);
        Run(connection, "CREATE TEMP TABLE first_click AS SELECT recommendation, min(occurred_at) AS occurred_at FROM event WHERE type = 'click' AND flags = 0 GROUP BY recommendation;"
            + "CREATE UNIQUE INDEX temp.first_click_of ON first_click (recommendation);");
        connection.CreateFunction("user_group", (string unit) => ShownItems.GroupOf(unit), isDeterministic: true);
        FillDiscounts(connection);
        Run(connection, FoldSql.Recompute);
        FillMarks(connection);
    }

    /// <summary>1/log2(rank + 1) in millionths by place, and its sum over all places down to there: the whole numbers NDCG is made of.</summary>
    private static void FillDiscounts(SqliteConnection connection)
    {
        using var longest = connection.CreateCommand();
        longest.CommandText = "SELECT coalesce(max(json_array_length(items)), 0) FROM recommendation";
        var places = (long)longest.ExecuteScalar()!;
        Run(connection, "CREATE TEMP TABLE discount (place INTEGER PRIMARY KEY, gain INTEGER NOT NULL, ideal INTEGER NOT NULL)");
        using var insert = new Statement(connection, "INSERT INTO temp.discount VALUES (?1, ?2, ?3)");
        long ideal = 0;
        for (var place = 0; place < places; place++)
        {
            var gain = (long)Math.Round(1e6 / Math.Log2(place + 2));
            insert.Set(1, place).Set(2, gain).Set(3, ideal += gain).Run();
        }
    }

    private static void FillMarks(SqliteConnection connection)
    {
        Run(connection, "CREATE TEMP TABLE fold_mark (recommendation BLOB PRIMARY KEY, marks BLOB NOT NULL) WITHOUT ROWID");
        using var read = connection.CreateCommand();
        read.CommandText = "SELECT i.recommendation, i.place, i.viewable, i.clicked, l.served FROM impression i JOIN list l ON l.id = i.recommendation ORDER BY i.recommendation, i.place";
        using var insert = new Statement(connection, "INSERT INTO temp.fold_mark (recommendation, marks) VALUES (?1, ?2)");
        using var reader = read.ExecuteReader();
        byte[] id = [], marks = [];
        while (reader.Read())
        {
            var next = reader.GetFieldValue<byte[]>(0);
            if (!next.AsSpan().SequenceEqual(id))
            {
                if (id.Length > 0) insert.Set(1, id).Set(2, marks).Run();
                (id, marks) = (next, new byte[reader.GetInt32(4)]);
            }
            marks[reader.GetInt32(1)] = (byte)(Mark.Rendered | (reader.GetInt32(2) == 1 ? Mark.Viewable : 0) | (reader.GetInt32(3) == 1 ? Mark.Clicked : 0));
        }
        if (id.Length > 0) insert.Set(1, id).Set(2, marks).Run();
    }

    private static FoldReport Compare(SqliteConnection connection, int most)
    {
        List<FoldFault> faults = [];
        long differing = 0, totals = 0;
        foreach (var table in EventStore.Folds)
        {
            var list = string.Join(", ", Columns(connection, table));
            string stored = $"SELECT {list} FROM main.{table}", fromLog = $"SELECT {list} FROM temp.fold_{table}";
            totals += Number(connection, $"SELECT count(*) FROM main.{table}");
            differing += Differences(connection, $"{stored} EXCEPT {fromLog}", most - faults.Count, faults, (row, text) => new(table, row, text, ""));
            differing += Differences(connection, $"{fromLog} EXCEPT {stored}", most - faults.Count, faults, (row, text) => new(table, row, "", text));
        }
        return new(Number(connection, "SELECT count(*) FROM main.recommendation"), Number(connection, "SELECT count(*) FROM main.event"), totals, differing, faults);
    }

    private static long Differences(SqliteConnection connection, string sql, int room, List<FoldFault> faults, Func<string, string, FoldFault> fault)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var found = 0L;
        for (; reader.Read(); found++)
        {
            if (found >= room) continue;
            var written = Enumerable.Range(0, reader.FieldCount).Select(i => (Name: reader.GetName(i), Value: Write(reader.GetValue(i)))).ToArray();
            faults.Add(fault(string.Join(' ', written.Take(6).Select(w => w.Value)), string.Join(' ', written.Select(w => $"{w.Name}={w.Value}"))));
        }
        return found;
    }

    private static string Write(object value) => value switch
    {
        byte[] bytes => Convert.ToHexStringLower(bytes), DBNull => "none", _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "",
    };

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private static string[] Columns(SqliteConnection connection, string table)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT name FROM pragma_table_info('{table}') ORDER BY cid";
        using var reader = command.ExecuteReader();
        List<string> names = [];
        while (reader.Read()) names.Add(reader.GetString(0));
        return [.. names];
    }

    private static void Drop(SqliteConnection connection) => Run(connection, string.Concat(
        new[]
        {
            "place", "impression", "first_click", "discount", "quality", "list", "past", "outcome", "grown", "valued", "aged", "each_age", "meeting", "met", "each_pair", "rival", "owned", "stood",
        }.Concat(EventStore.Folds.Select(f => $"fold_{f}")).Select(t => $"DROP TABLE IF EXISTS temp.{t};")));

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
