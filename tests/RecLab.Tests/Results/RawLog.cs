using System.Globalization;
using Microsoft.Data.Sqlite;

namespace RecLab.Tests.Results;

/// <summary>What a user did in one arm, counted from the raw rows.</summary>
internal sealed record RawUser(int Arm, string Name, double Viewable, double Clicked);

/// <summary>Reads the event log by SQL of its own, so that the application's numbers can be recomputed without its code.</summary>
internal sealed class RawLog(string path)
{
    /// <summary>Distinct viewable and clicked (list, item) pairs per user; a click implies viewable. A list belongs to the day it was served.</summary>
    public List<RawUser> Users(int experiment, int phase, bool simulated, int? upToDay = null)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT r.arm, r.unit,
              count(DISTINCT CASE WHEN e.type IN ('viewable', 'click') THEN hex(r.id) || e.item END),
              count(DISTINCT CASE WHEN e.type = 'click' THEN hex(r.id) || e.item END)
            FROM recommendation r LEFT JOIN event e ON e.recommendation = r.id
            WHERE r.experiment = $e AND r.phase = $p AND r.simulated = $s AND r.served_at / 86400000 <= $d GROUP BY r.arm, r.unit
            """;
        command.Parameters.AddWithValue("$e", experiment);
        command.Parameters.AddWithValue("$p", phase);
        command.Parameters.AddWithValue("$s", simulated ? 1 : 0);
        command.Parameters.AddWithValue("$d", upToDay ?? int.MaxValue);
        using var rows = command.ExecuteReader();
        List<RawUser> users = [];
        while (rows.Read()) users.Add(new(rows.GetInt32(0), rows.GetString(1), rows.GetDouble(2), rows.GetDouble(3)));
        return users;
    }

    /// <summary>One number; <c>$e</c> is the experiment.</summary>
    public double Scalar(string sql, int experiment)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$e", experiment);
        return Convert.ToDouble(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    /// <summary>R = sum M / sum D and v = (vM - 2 R cov + R^2 vD) / mD^2, divisor n - 1.</summary>
    public static (double R, double V) Ratio(IReadOnlyList<RawUser> users)
    {
        double n = users.Count, m = users.Average(u => u.Clicked), d = users.Average(u => u.Viewable), r = m / d;
        var vm = users.Sum(u => (u.Clicked - m) * (u.Clicked - m)) / (n - 1);
        var vd = users.Sum(u => (u.Viewable - d) * (u.Viewable - d)) / (n - 1);
        var cov = users.Sum(u => (u.Clicked - m) * (u.Viewable - d)) / (n - 1);
        return (r, (vm - 2 * r * cov + r * r * vd) / (d * d));
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly");
        connection.Open();
        return connection;
    }
}
