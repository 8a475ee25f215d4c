using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace RecLab.Events;

/// <summary>Adds up who gave the arms of interleaved lists their clicks: per user and day, per arm and day, and how many users stand where between an arm and control (position 0), so that a page reads a few
/// rows however many users there are. A user who clicks is taken out of the standings as stored before and put in as stored after. Only the writer's thread uses it.</summary>
internal sealed class Credits(SqliteConnection connection) : IDisposable
{
    private readonly record struct Member(int Experiment, int Phase, bool Simulated, string Unit, int Teams);
    private readonly record struct CreditKey(Member Who, int Day, int Team);
    private readonly record struct TeamKey(int Experiment, int Phase, bool Simulated, int Team, int Day);
    private readonly record struct StandingKey(TeamKey Team, long Mine, long Theirs);

    private struct Shares { public long Firsts, Shown, Viewable, Clicked; }
    private struct Sums { public long Firsts, Shown, Viewable, Clicked, Wins, Losses, Ties; }

    private readonly Statement _rows = new(connection, "SELECT day, team, clicked FROM credit WHERE experiment = ?1 AND phase = ?2 AND simulated = ?3 AND unit = ?4 AND clicked > 0 ORDER BY day");
    private readonly Statement _addCredit = new(connection, """
        INSERT INTO credit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        ON CONFLICT DO UPDATE SET firsts = firsts + excluded.firsts, shown = shown + excluded.shown, viewable = viewable + excluded.viewable, clicked = clicked + excluded.clicked
        """);
    private readonly Statement _addTeam = new(connection, """
        INSERT INTO team_day VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
        ON CONFLICT DO UPDATE SET firsts = firsts + excluded.firsts, shown = shown + excluded.shown, viewable = viewable + excluded.viewable, clicked = clicked + excluded.clicked,
          wins = wins + excluded.wins, losses = losses + excluded.losses, ties = ties + excluded.ties
        """);
    private readonly Statement _addStanding = new(connection, "INSERT INTO standing VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET users = users + excluded.users");
    private readonly Statement _dropStanding = new(connection, "DELETE FROM standing WHERE experiment = ?1 AND phase = ?2 AND simulated = ?3 AND team = ?4 AND day = ?5 AND mine = ?6 AND theirs = ?7 AND users = 0");

    private readonly Dictionary<CreditKey, Shares> _credits = [];
    private readonly Dictionary<TeamKey, Sums> _teams = [];
    private readonly Dictionary<StandingKey, long> _standings = [];

    /// <summary>An interleaved list was served to a user.</summary>
    public void Served(Exposure list, TeamPlaces teams)
    {
        for (var i = 0; i < teams.Owners.Count; i++)
        {
            ref var share = ref Share(list, teams, i);
            share.Shown++;
            ref var sums = ref Team(list, teams.Owners[i]);
            sums.Shown++;
            if (i > 0) continue;
            share.Firsts++;
            sums.Firsts++;
        }
    }

    /// <summary>A place of such a list gets new marks. Call before they are set: whether the list is won changes with the click.</summary>
    public void Marked(ShownList shown, TeamPlaces teams, int place, Mark added)
    {
        var (list, owner) = (shown.Exposure, teams.Owners[place]);
        if ((added & Mark.Viewable) != 0)
        {
            Share(list, teams, place).Viewable++;
            Team(list, owner).Viewable++;
        }
        if ((added & Mark.Clicked) == 0) return;
        Share(list, teams, place).Clicked++;
        Team(list, owner).Clicked++;
        Span<int> clicks = stackalloc int[teams.Count];
        for (var i = 0; i < teams.Owners.Count; i++)
            if (((Mark)shown.Marks[i] & Mark.Clicked) != 0) clicks[teams.Owners[i]]++;
        for (var team = 1; team < teams.Count; team++)
        {
            ref var sums = ref Team(list, team);
            Judge(ref sums, clicks[team], clicks[0], -1);
            Judge(ref sums, clicks[team] + (owner == team ? 1 : 0), clicks[0] + (owner == 0 ? 1 : 0), 1);
        }
    }

    /// <summary>Writes what has been added up so far.</summary>
    public void Write()
    {
        if (_teams.Count == 0) return;
        var clickers = _credits.Where(c => c.Value.Clicked > 0).Select(c => c.Key.Who).ToHashSet();
        foreach (var who in clickers) Stand(who, -1);
        foreach (var ((who, day, team), s) in _credits)
            _addCredit.Set(1, who.Experiment).Set(2, who.Phase).Set(3, who.Simulated).Set(4, who.Unit).Set(5, day).Set(6, team).Set(7, s.Firsts).Set(8, s.Shown).Set(9, s.Viewable).Set(10, s.Clicked).Run();
        foreach (var who in clickers) Stand(who, 1);
        foreach (var (key, s) in _teams.Where(t => !t.Value.Equals(default(Sums))))
            Bind(_addTeam, key).Set(6, s.Firsts).Set(7, s.Shown).Set(8, s.Viewable).Set(9, s.Clicked).Set(10, s.Wins).Set(11, s.Losses).Set(12, s.Ties).Run();
        foreach (var (key, users) in _standings.Where(s => s.Value != 0))
        {
            Bind(_addStanding, key.Team).Set(6, key.Mine).Set(7, key.Theirs).Set(8, users).Run();
            Bind(_dropStanding, key.Team).Set(6, key.Mine).Set(7, key.Theirs).Run();
        }
        Forget();
    }

    /// <summary>Drops what was not written.</summary>
    public void Forget()
    {
        _credits.Clear();
        _teams.Clear();
        _standings.Clear();
    }

    public void Dispose()
    {
        foreach (var statement in new[] { _rows, _addCredit, _addTeam, _addStanding, _dropStanding }) statement.Dispose();
    }

    /// <summary>Where a user stands at the end of each day on which that changed: comes there, leaves where it stood before.</summary>
    /// <param name="clicks">Day, team and clicks, by day.</param>
    /// <param name="change">Told the team, the day, mine, theirs and +1 or -1.</param>
    public static void Walk(IEnumerable<(int Day, int Team, long Clicks)> clicks, int teams, Action<int, int, long, long, int> change)
    {
        var (soFar, before) = (new long[teams], new long[teams]);
        foreach (var day in clicks.GroupBy(c => c.Day).OrderBy(g => g.Key))
        {
            soFar.CopyTo(before, 0);
            foreach (var (_, team, count) in day) soFar[team] += count;
            for (var team = 1; team < teams; team++)
            {
                if (soFar[team] == before[team] && soFar[0] == before[0]) continue;
                if (before[team] + before[0] > 0) change(team, day.Key, before[team], before[0], -1);
                change(team, day.Key, soFar[team], soFar[0], 1);
            }
        }
    }

    private void Stand(Member who, int sign)
    {
        List<(int, int, long)> clicks = [];
        _rows.Set(1, who.Experiment).Set(2, who.Phase).Set(3, who.Simulated).Set(4, who.Unit);
        while (_rows.Step()) clicks.Add((_rows.Int(0), _rows.Int(1), _rows.Long(2)));
        _rows.Reset();
        Walk(clicks, who.Teams, (team, day, mine, theirs, by) =>
            CollectionsMarshal.GetValueRefOrAddDefault(_standings, new(new(who.Experiment, who.Phase, who.Simulated, team, day), mine, theirs), out _) += sign * by);
    }

    private static void Judge(ref Sums sums, int mine, int theirs, int by)
    {
        if (mine + theirs == 0) return;
        if (mine > theirs) sums.Wins += by;
        else if (mine < theirs) sums.Losses += by;
        else sums.Ties += by;
    }

    private ref Shares Share(Exposure list, TeamPlaces teams, int place) =>
        ref CollectionsMarshal.GetValueRefOrAddDefault(_credits, new(new(list.Experiment, list.Phase, list.Simulated, list.Unit, teams.Count), EventTimes.DayOf(list.ServedAt), teams.Owners[place]), out _);

    private ref Sums Team(Exposure list, int team) =>
        ref CollectionsMarshal.GetValueRefOrAddDefault(_teams, new(list.Experiment, list.Phase, list.Simulated, team, EventTimes.DayOf(list.ServedAt)), out _);

    private static Statement Bind(Statement statement, TeamKey key) => statement.Set(1, key.Experiment).Set(2, key.Phase).Set(3, key.Simulated).Set(4, key.Team).Set(5, key.Day);
}
