using Microsoft.Data.Sqlite;
using RecLab.Statistics.Interleaving;

namespace RecLab.Events;

/// <summary>What an arm placed in interleaved lists, and what was done with it.</summary>
/// <param name="Team">Position of the arm.</param>
/// <param name="Firsts">Lists whose first item it placed.</param>
public readonly record struct TeamTotal(int Team, long Firsts, long Shown, long Viewable, long Clicked);

/// <summary>The users' standings between an arm and control at the end of a day, everything before included.</summary>
/// <param name="Users">Users who clicked on an item of one of the two.</param>
/// <param name="Score">Sum of their scores (<see cref="Standing.Score"/>) and of the squares.</param>
public readonly record struct RivalDay(int Day, long Users, double Score, double Squares);

/// <summary>An arm against control in interleaved lists.</summary>
/// <param name="Wins">Lists on which the arm's items got more clicks, fewer, or as many; lists without a click of either are none of these.</param>
/// <param name="Standings">How many users gave both how many clicks.</param>
/// <param name="Days">How that grew, oldest first.</param>
public sealed record RivalTotals(int Team, long Wins, long Losses, long Ties, IReadOnlyList<Standing> Standings, IReadOnlyList<RivalDay> Days);

/// <summary>Everything recorded about a phase whose lists are interleaved.</summary>
/// <param name="Teams">One per arm by position.</param>
/// <param name="Rivals">One per arm other than control, by position.</param>
public sealed record ContestTotals(IReadOnlyList<TeamTotal> Teams, IReadOnlyList<RivalTotals> Rivals)
{
    /// <summary>Interleaved lists served to users.</summary>
    public long Lists => Teams.Sum(t => t.Firsts);

    /// <summary>Who placed the first item, every user counted once; null in readings of earlier versions.</summary>
    public FirstDraws? Draws { get; init; }
}

/// <summary>Which arm placed the first item of users' lists.</summary>
/// <param name="Users">Users that were looked at: all of a phase, or so many that a page need not read more.</param>
/// <param name="Shares">By position of the arm: the share of a user's lists that it began, on average over users.</param>
public sealed record FirstDraws(long Users, IReadOnlyList<double> Shares);

/// <summary>Reads how users stand between the arms of interleaved lists. Users who behave like machines are taken out of the standings; what arms placed counts everybody, and in the draws everybody counts once.</summary>
public sealed class TeamTotals(EventStore store)
{
    private const string Where = "WHERE experiment = $experiment AND phase = $phase AND simulated = $simulated";

    /// <param name="teams">How many arms the phase has.</param>
    public ContestTotals Read(UnitScope scope, int teams)
    {
        using var connection = store.OpenReader();
        using var transaction = connection.BeginTransaction(deferred: true);
        var totals = new TeamTotal[teams];
        var lists = new (long Wins, long Losses, long Ties)[teams];
        for (var t = 0; t < teams; t++) totals[t] = new(t, 0, 0, 0, 0);
        using (var reader = Command(connection, $"SELECT team, sum(firsts), sum(shown), sum(viewable), sum(clicked), sum(wins), sum(losses), sum(ties) FROM team_day {Where} GROUP BY team", scope).ExecuteReader())
            while (reader.Read())
                if (reader.GetInt32(0) is var team && team < teams)
                {
                    totals[team] = new(team, reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4));
                    lists[team] = (reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7));
                }
        var changes = Enumerable.Range(0, teams).Select(_ => new SortedDictionary<int, List<Standing>>()).ToArray();
        void Change(int team, int day, long mine, long theirs, long users)
        {
            if (team >= teams) return;
            if (!changes[team].TryGetValue(day, out var there)) changes[team][day] = there = [];
            there.Add(new(mine, theirs, users));
        }
        using (var reader = Command(connection, $"SELECT team, day, mine, theirs, users FROM standing {Where}", scope).ExecuteReader())
            while (reader.Read()) Change(reader.GetInt32(0), reader.GetInt32(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4));
        foreach (var unit in Machines(connection, scope))
            Credits.Walk(Clicks(connection, scope, unit), teams, (team, day, mine, theirs, by) => Change(team, day, mine, theirs, -by));
        return new(totals, [.. Enumerable.Range(1, teams - 1).Select(t => Grown(t, lists[t], changes[t]))]) { Draws = Draws(connection, scope, teams) };
    }

    /// <summary>Rows of credit that are read for the draws, in the order of users' names, which the draw does not know: one for each user, day and arm.</summary>
    private const int DrawRows = 20_000;

    private static FirstDraws Draws(SqliteConnection connection, UnitScope scope, int teams)
    {
        Dictionary<string, long[]> firsts = new(StringComparer.Ordinal);
        using (var reader = Command(connection, $"SELECT unit, team, firsts FROM credit {Where} LIMIT {DrawRows}", scope).ExecuteReader())
            while (reader.Read())
            {
                if (reader.GetInt32(1) is var team && team >= teams) continue;
                ref var mine = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(firsts, reader.GetString(0), out _);
                (mine ??= new long[teams])[team] += reader.GetInt64(2);
            }
        var (users, shares) = (0L, new double[teams]);
        foreach (var mine in firsts.Values)
        {
            var lists = mine.Sum();
            if (lists == 0) continue; // the last user that was read, cut short
            users++;
            for (var team = 0; team < teams; team++) shares[team] += (double)mine[team] / lists;
        }
        return new(users, [.. shares.Select(s => users == 0 ? 0 : s / users)]);
    }

    private static RivalTotals Grown(int team, (long Wins, long Losses, long Ties) lists, SortedDictionary<int, List<Standing>> changes)
    {
        Dictionary<(long, long), long> standing = [];
        List<RivalDay> days = [];
        var (users, score, squares) = (0L, 0.0, 0.0);
        foreach (var (day, changed) in changes)
        {
            foreach (var change in changed)
            {
                standing[(change.Mine, change.Theirs)] = standing.GetValueOrDefault((change.Mine, change.Theirs)) + change.Users;
                users += change.Users;
                score += change.Users * change.Score;
                squares += change.Users * change.Score * change.Score;
            }
            days.Add(new(day, users, score, squares));
        }
        return new(team, lists.Wins, lists.Losses, lists.Ties,
            [.. standing.Where(s => s.Value != 0).OrderBy(s => s.Key).Select(s => new Standing(s.Key.Item1, s.Key.Item2, s.Value))], days);
    }

    private static List<string> Machines(SqliteConnection connection, UnitScope scope)
    {
        using var command = Command(connection, $"SELECT DISTINCT unit FROM unit_day {Where} AND (lists > 2000 OR clicked > 500)", scope);
        using var reader = command.ExecuteReader();
        List<string> units = [];
        while (reader.Read()) units.Add(reader.GetString(0));
        return units;
    }

    private static List<(int, int, long)> Clicks(SqliteConnection connection, UnitScope scope, string unit)
    {
        using var command = Command(connection, $"SELECT day, team, clicked FROM credit {Where} AND unit = $unit AND clicked > 0 ORDER BY day", scope);
        command.Parameters.AddWithValue("$unit", unit);
        using var reader = command.ExecuteReader();
        List<(int, int, long)> clicks = [];
        while (reader.Read()) clicks.Add((reader.GetInt32(0), reader.GetInt32(1), reader.GetInt64(2)));
        return clicks;
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, UnitScope scope)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$experiment", scope.Experiment);
        command.Parameters.AddWithValue("$phase", scope.Phase);
        command.Parameters.AddWithValue("$simulated", scope.Simulated ? 1 : 0);
        return command;
    }
}
