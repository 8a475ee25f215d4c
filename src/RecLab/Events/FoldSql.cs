namespace RecLab.Events;

/// <summary>The totals as plain SQL over the log, which shares nothing with the code that folds: what <see cref="FoldProof"/> holds the stored ones against.</summary>
internal static class FoldSql
{
    /// <summary>An impression event counts when no flag speaks against it; places come from the list's own items. Each statement fills the table fold_NAME.</summary>
    public static readonly string Recompute = $"""
        CREATE TEMP TABLE place AS
          SELECT r.id AS recommendation, CAST(j.key AS INTEGER) AS place, j.value AS item FROM recommendation r, json_each(r.items) j;
        CREATE INDEX temp.place_of ON place (recommendation, item);
        CREATE TEMP TABLE impression AS
          SELECT p.recommendation, p.place, max(e.type = 'click') AS clicked, max(e.type IN ('click', 'viewable')) AS viewable
          FROM event e JOIN place p ON p.recommendation = e.recommendation AND (p.item = e.item OR e.item IS NULL)
          WHERE e.type IN ('rendered', 'viewable', 'click') AND e.flags = 0 GROUP BY p.recommendation, p.place;
        CREATE UNIQUE INDEX temp.impression_of ON impression (recommendation, place);
        CREATE TEMP TABLE quality AS
          SELECT q.recommendation, (2 * 2520 + q.top + 1) / (2 * (q.top + 1)) AS reciprocal, (2 * 2520 * q.gain + d.ideal) / (2 * d.ideal) AS gain
          FROM (SELECT i.recommendation, min(i.place) AS top, count(*) AS clicks, sum(d.gain) AS gain FROM impression i JOIN discount d ON d.place = i.place WHERE i.clicked = 1 GROUP BY i.recommendation) q
          JOIN discount d ON d.place = q.clicks - 1;
        CREATE UNIQUE INDEX temp.quality_of ON quality (recommendation);
        CREATE TEMP TABLE list AS
          SELECT r.*, json_array_length(r.items) AS served, (r.served_at - ((r.served_at % 86400000) + 86400000) % 86400000) / 86400000 AS day,
            (SELECT count(*) FROM impression i WHERE i.recommendation = r.id) AS rendered,
            (SELECT coalesce(sum(viewable), 0) FROM impression i WHERE i.recommendation = r.id) AS viewable,
            (SELECT coalesce(sum(clicked), 0) FROM impression i WHERE i.recommendation = r.id) AS clicked,
            (SELECT min(e.occurred_at) FROM first_click e WHERE e.recommendation = r.id) AS first_click_at,
            (SELECT coalesce(max(viewable), 0) FROM impression i WHERE i.recommendation = r.id) AS seen, coalesce(q.reciprocal, 0) AS reciprocal, coalesce(q.gain, 0) AS gain
          FROM recommendation r LEFT JOIN quality q ON q.recommendation = r.id;
        CREATE INDEX temp.list_of ON list (unit, simulated, served_at);
        CREATE TEMP TABLE outcome AS
          SELECT l.experiment, l.phase, l.simulated, l.arm, l.unit, (e.occurred_at - ((e.occurred_at % 86400000) + 86400000) % 86400000) / 86400000 AS day, e.type, e.value, e.flags,
            CASE WHEN substr(e.type, 1, 7) = 'custom:' THEN substr(e.type, 8) END AS kind,
            CASE WHEN abs(e.value) <= 1000000 THEN CAST(e.value * 1000 + CASE WHEN e.value < 0 THEN -0.5 ELSE 0.5 END AS INTEGER) END AS parts
          FROM event e JOIN (SELECT DISTINCT unit, simulated, experiment, phase, arm FROM list WHERE unit <> '') l ON l.unit = e.unit AND l.simulated = e.simulated
          WHERE (e.type IN ('add_to_cart', 'purchase') OR (e.type = 'rating' AND abs(e.value) <= 1000000) OR substr(e.type, 1, 7) = 'custom:') AND e.flags & 6 = 0 AND EXISTS (
            SELECT 1 FROM list x WHERE x.unit = l.unit AND x.simulated = l.simulated AND x.served_at BETWEEN e.occurred_at - 604800000 AND e.occurred_at
              AND x.experiment = l.experiment AND x.phase = l.phase AND x.arm = l.arm);
        CREATE TEMP TABLE fold_own_day AS
          SELECT experiment, phase, simulated, kind AS name, arm, unit, day, count(*) count, count(parts) valued, coalesce(sum(parts), 0) value FROM outcome WHERE kind IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7;
        CREATE INDEX temp.fold_own_day_of ON fold_own_day (simulated, unit, name, experiment);
        CREATE TEMP TABLE fold_unit_day AS
          SELECT experiment, phase, simulated, arm, unit, day, sum(lists) lists, sum(served) served, sum(rendered) rendered, sum(viewable) viewable, sum(clicked) clicked,
            sum(carts) carts, sum(purchases) purchases, sum(revenue) revenue, sum(seen) seen, sum(reciprocal) reciprocal, sum(gain) gain,
            sum(known) known, sum(head) head, sum(varied) varied, sum(variety) variety, sum(ratings) ratings, sum(stars) stars, sum(own) own, min(first_at) first_at, max(last_at) last_at, min(first_click_at) first_click_at
          FROM (
            SELECT experiment, phase, simulated, arm, unit, day, 1 lists, served, rendered, viewable, clicked, 0 carts, 0 purchases, 0 revenue, seen, reciprocal, gain,
              CASE WHEN head IS NULL THEN 0 ELSE served END known, coalesce(head, 0) head, variety IS NOT NULL varied, coalesce(variety, 0) variety, 0 ratings, 0 stars, 0 own, served_at first_at, served_at last_at, first_click_at FROM list WHERE unit <> ''
            UNION ALL
            SELECT experiment, phase, simulated, arm, unit, day, 0, 0, 0, 0, 0, type = 'add_to_cart', type = 'purchase', CASE WHEN type = 'purchase' AND flags & 32 = 0 THEN CAST(coalesce(value, 0) AS INTEGER) ELSE 0 END,
              0, 0, 0, 0, 0, 0, 0, type = 'rating', CASE WHEN type = 'rating' THEN parts ELSE 0 END, kind IS NOT NULL, NULL, NULL, NULL FROM outcome)
          GROUP BY experiment, phase, simulated, arm, unit, day;
        CREATE TEMP TABLE fold_traffic AS
          SELECT served_at / 3600000 AS hour, placement, variant, simulated, count(*) lists, sum(served) served, sum(rendered) rendered, sum(viewable) viewable, sum(clicked) clicked
          FROM list GROUP BY 1, 2, 3, 4;
        CREATE TEMP TABLE fold_arm AS
          SELECT experiment, phase, simulated, arm, min(day) first_day, max(day) last_day FROM list WHERE unit <> '' GROUP BY 1, 2, 3, 4;
        CREATE INDEX temp.fold_unit_day_of ON fold_unit_day (simulated, unit, experiment, day);
        CREATE TEMP TABLE fold_arm_day AS
          SELECT experiment, phase, simulated, arm, day, sum(lists) lists, sum(served) served, sum(rendered) rendered, sum(viewable) viewable, sum(clicked) clicked,
            sum(carts) carts, sum(purchases) purchases, sum(revenue) revenue, sum(seen) seen, sum(reciprocal) reciprocal, sum(gain) gain, sum(known) known, sum(head) head,
            sum(varied) varied, sum(variety) variety, sum(ratings) ratings, sum(stars) stars, sum(own) own FROM fold_unit_day WHERE experiment > 0 GROUP BY 1, 2, 3, 4, 5;
        CREATE TEMP TABLE fold_crossed AS
          SELECT experiment, phase, simulated, count(*) users FROM (
            SELECT experiment, phase, simulated, unit FROM fold_unit_day WHERE experiment > 0 AND lists > 0 GROUP BY 1, 2, 3, 4 HAVING count(DISTINCT arm) > 1) GROUP BY 1, 2, 3;
        CREATE TEMP TABLE past AS
          SELECT f.experiment, f.phase, f.simulated, f.arm, f.unit, {Each(c => $"total(o.{c}) {c}")}, min(o.first_at) first_at, min(o.first_click_at) first_click_at, f.day AS first_day
          FROM (SELECT experiment, phase, simulated, arm, unit, min(day) AS day FROM fold_unit_day WHERE experiment > 0 GROUP BY 1, 2, 3, 4, 5) f
          LEFT JOIN fold_unit_day o ON o.experiment = 0 AND o.phase = 0 AND o.arm = 0 AND o.simulated = f.simulated AND o.unit = f.unit AND o.day < f.day GROUP BY 1, 2, 3, 4, 5;
        CREATE UNIQUE INDEX temp.past_of ON past (experiment, phase, simulated, arm, unit);
        CREATE TEMP TABLE grown AS
          SELECT u.experiment, u.phase, u.simulated, u.arm, u.unit, u.day, {Each(c => $"total(u.{c}) OVER w {c}")}, {Each(c => $"p.{c} p{c}")},
            min(u.first_at) OVER w first_at, min(u.first_click_at) OVER w first_click_at, p.first_at pfirst_at, p.first_click_at pfirst_click_at, p.first_day
          FROM fold_unit_day u JOIN past p ON p.experiment = u.experiment AND p.phase = u.phase AND p.simulated = u.simulated AND p.arm = u.arm AND p.unit = u.unit
          WINDOW w AS (PARTITION BY u.experiment, u.phase, u.simulated, u.arm, u.unit ORDER BY u.day);
        CREATE TEMP TABLE valued AS
          {Measured(m => $"SELECT experiment, phase, simulated, arm, unit, day, {m.Number} measure, {m.Y("")} y, {m.D("")} d, {m.Y("p")} x, {m.D("p")} e FROM grown")};
        INSERT INTO valued SELECT v.experiment, v.phase, v.simulated, v.arm, v.unit, v.day, a.measure, min(v.y, a.cap), v.d, min(v.x, a.cap), v.e FROM valued v {Capped};
        INSERT INTO valued
          SELECT experiment, phase, simulated, arm, unit, day, measure, {OwnY("")}, {OwnD("")}, {OwnY("p")}, {OwnD("p")} FROM (
            SELECT g.experiment, g.phase, g.simulated, g.arm, g.unit, g.day, a.measure, a.base, a.cap,
              {Own(c => $"(SELECT total(o.{c}) FROM fold_own_day o WHERE {OwnOf("g")} AND o.day <= g.day) {c}")},
              {Own(c => $"(SELECT total(o.{c}) FROM fold_own_day o WHERE o.simulated = g.simulated AND o.unit = g.unit AND o.name = a.name AND o.experiment = 0 AND o.phase = 0 AND o.arm = 0 AND o.day < g.first_day) p{c}")}
            FROM grown g {OwnAsked("g")});
        CREATE TEMP TABLE aged AS
          SELECT *, day - min(day) OVER (PARTITION BY experiment, phase, simulated, arm, unit) AS age FROM fold_unit_day WHERE experiment > 0;
        CREATE TEMP TABLE each_age AS
          {Measured(m => $"SELECT experiment, phase, simulated, arm, age, {m.Number} measure, {m.Y("")} y, {m.D("")} d FROM aged")};
        INSERT INTO each_age SELECT v.experiment, v.phase, v.simulated, v.arm, v.age, a.measure, min(v.y, a.cap), v.d FROM each_age v {Capped};
        INSERT INTO each_age
          SELECT experiment, phase, simulated, arm, age, measure, {OwnY("")}, {OwnD("")} FROM (
            SELECT g.experiment, g.phase, g.simulated, g.arm, g.age, a.measure, a.base, a.cap, {Own(c => $"(SELECT total(o.{c}) FROM fold_own_day o WHERE {OwnOf("g")} AND o.day = g.day) {c}")}
            FROM aged g {OwnAsked("g")});
        CREATE TEMP TABLE fold_age AS
          SELECT experiment, phase, simulated, arm, age, measure, count(*) units, total(y) y, total(d) d, {Products("yy yd dd")} FROM each_age GROUP BY 1, 2, 3, 4, 5, 6;
        CREATE TEMP TABLE fold_member AS
          SELECT DISTINCT simulated, unit, experiment, phase, arm FROM fold_unit_day WHERE experiment > 0 AND lists > 0;
        CREATE INDEX temp.fold_member_of ON fold_member (simulated, unit, experiment, phase, arm);
        CREATE TEMP TABLE meeting AS
          SELECT u.experiment, u.phase, u.simulated, u.arm, u.unit, o.experiment AS other, o.phase AS other_phase, o.arm AS other_arm
          FROM fold_member u JOIN (SELECT simulated, unit, experiment, phase, min(arm) AS arm FROM fold_member GROUP BY 1, 2, 3, 4) o ON o.simulated = u.simulated AND o.unit = u.unit AND o.experiment <> u.experiment;
        CREATE TEMP TABLE met AS
          SELECT m.*, {Each(c => $"(SELECT total(u.{c}) FROM fold_unit_day u WHERE u.simulated = m.simulated AND u.unit = m.unit AND u.experiment = m.experiment AND u.phase = m.phase AND u.arm = m.arm) {c}")},
            {Times(c => $"(SELECT min(u.{c}) FROM fold_unit_day u WHERE u.simulated = m.simulated AND u.unit = m.unit AND u.experiment = m.experiment AND u.phase = m.phase AND u.arm = m.arm) {c}")} FROM meeting m;
        CREATE TEMP TABLE each_pair AS
          {Measured(m => $"SELECT experiment, phase, simulated, other, other_phase, arm, other_arm, {m.Number} measure, {m.Y("")} y, {m.D("")} d FROM met")};
        INSERT INTO each_pair SELECT v.experiment, v.phase, v.simulated, v.other, v.other_phase, v.arm, v.other_arm, a.measure, min(v.y, a.cap), v.d FROM each_pair v {Capped};
        INSERT INTO each_pair
          SELECT experiment, phase, simulated, other, other_phase, arm, other_arm, measure, {OwnY("")}, {OwnD("")} FROM (
            SELECT g.experiment, g.phase, g.simulated, g.other, g.other_phase, g.arm, g.other_arm, a.measure, a.base, a.cap, {Own(c => $"(SELECT total(o.{c}) FROM fold_own_day o WHERE {OwnOf("g")}) {c}")}
            FROM meeting g {OwnAsked("g")});
        CREATE TEMP TABLE fold_pair AS
          SELECT experiment, phase, simulated, other, other_phase, arm, other_arm, measure, count(*) units, total(y) y, total(d) d, {Products("yy yd dd")} FROM each_pair GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
        CREATE TEMP TABLE fold_shown AS
          SELECT l.experiment, l.phase, l.simulated, l.arm, p.item, sum(DISTINCT 1 << user_group(l.unit)) AS groups
          FROM list l JOIN place p ON p.recommendation = l.id WHERE l.experiment > 0 AND l.unit <> '' GROUP BY 1, 2, 3, 4, 5;
        CREATE TEMP TABLE fold_moment AS
          SELECT experiment, phase, simulated, arm, day, measure, sum(is_first) units, total(y - py) y, total(d - pd) d, total(x - px) x, total(e - pe) e,
            {Products("yy yd yx ye dd dx de xx xe ee", "p")}
          FROM (SELECT *, row_number() OVER w = 1 AS is_first, lag(y, 1, 0) OVER w py, lag(d, 1, 0) OVER w pd, lag(x, 1, 0) OVER w px, lag(e, 1, 0) OVER w pe FROM valued
                WINDOW w AS (PARTITION BY experiment, phase, simulated, arm, unit, measure ORDER BY day))
          GROUP BY 1, 2, 3, 4, 5, 6;
        CREATE TEMP TABLE fold_spot AS
          SELECT l.experiment, l.phase, l.simulated, l.arm, i.place + 1 AS position, count(*) rendered, sum(i.viewable) viewable, sum(i.clicked) clicked
          FROM impression i JOIN list l ON l.id = i.recommendation WHERE l.unit <> '' GROUP BY 1, 2, 3, 4, 5;
        CREATE TEMP TABLE rival AS SELECT value AS team FROM json_each('[1,2,3,4,5,6,7,8]');
        CREATE TEMP TABLE owned AS
          SELECT l.id AS recommendation, l.experiment, l.phase, l.simulated, l.unit, l.day, CAST(substr(l.teams, 1, 1) AS INTEGER) AS teams, p.place,
            CAST(substr(l.teams, p.place + 2, 1) AS INTEGER) AS team, coalesce(i.viewable, 0) AS viewable, coalesce(i.clicked, 0) AS clicked
          FROM list l JOIN place p ON p.recommendation = l.id LEFT JOIN impression i ON i.recommendation = l.id AND i.place = p.place WHERE l.teams IS NOT NULL AND l.unit <> '';
        CREATE TEMP TABLE fold_credit AS
          SELECT experiment, phase, simulated, unit, day, team, sum(place = 0) firsts, count(*) shown, sum(viewable) viewable, sum(clicked) clicked FROM owned GROUP BY 1, 2, 3, 4, 5, 6;
        CREATE TEMP TABLE fold_team_day AS
          SELECT experiment, phase, simulated, team, day, sum(firsts) firsts, sum(shown) shown, sum(viewable) viewable, sum(clicked) clicked, sum(wins) wins, sum(losses) losses, sum(ties) ties FROM (
            SELECT experiment, phase, simulated, team, day, place = 0 AS firsts, 1 AS shown, viewable, clicked, 0 AS wins, 0 AS losses, 0 AS ties FROM owned
            UNION ALL
            SELECT experiment, phase, simulated, team, day, 0, 0, 0, 0, mine > theirs, mine < theirs, mine = theirs FROM (
              SELECT o.experiment, o.phase, o.simulated, r.team, o.day, sum(o.clicked * (o.team = r.team)) mine, sum(o.clicked * (o.team = 0)) theirs
              FROM owned o JOIN rival r ON r.team < o.teams GROUP BY o.recommendation, r.team) WHERE mine + theirs > 0)
          GROUP BY 1, 2, 3, 4, 5;
        CREATE TEMP TABLE stood AS
          SELECT experiment, phase, simulated, unit, team, day, sum(mine) OVER w mine, sum(theirs) OVER w theirs FROM (
            SELECT o.experiment, o.phase, o.simulated, o.unit, r.team, o.day, sum(o.clicked * (o.team = r.team)) mine, sum(o.clicked * (o.team = 0)) theirs
            FROM owned o JOIN rival r ON r.team < o.teams GROUP BY 1, 2, 3, 4, 5, 6) WHERE mine + theirs > 0
          WINDOW w AS (PARTITION BY experiment, phase, simulated, unit, team ORDER BY day);
        CREATE TEMP TABLE fold_standing AS
          SELECT experiment, phase, simulated, team, day, mine, theirs, sum(users) users FROM (
            SELECT experiment, phase, simulated, team, day, mine, theirs, 1 AS users FROM stood
            UNION ALL
            SELECT * FROM (SELECT experiment, phase, simulated, team, day, lag(mine) OVER w mine, lag(theirs) OVER w theirs, -1 FROM stood WINDOW w AS (PARTITION BY experiment, phase, simulated, unit, team ORDER BY day))
            WHERE mine IS NOT NULL)
          GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(users) <> 0;
        CREATE TEMP TABLE fold_interest AS
          SELECT DISTINCT unit, simulated, occurred_at AS at, item, type FROM event
          WHERE type IN ('click', 'add_to_cart', 'purchase', 'rating', 'dismiss') AND unit <> '' AND item IS NOT NULL;
        """;

    /// <summary>Numerator and denominator of each kept measure in SQL, over columns with a prefix; its place is its number.</summary>
    private static IReadOnlyList<Expression> Measures =>
    [
        new(0, p => $"{p}clicked", p => $"{p}viewable"), new(1, p => $"{p}clicked"), new(2, p => $"{p}clicked > 0"), new(3, p => $"{p}carts > 0"), new(4, p => $"{p}purchases > 0"), new(5, p => $"{p}purchases"),
        new(6, p => $"{p}revenue"), new(7, p => $"{p}reciprocal", p => $"{p}seen * 2520"), new(8, p => $"{p}gain", p => $"{p}seen * 2520"), new(9, p => $"{p}head", p => $"{p}known"),
        new(10, p => $"{p}variety", p => $"{p}varied * 2520"), new(11, p => $"{p}ratings"), new(12, p => $"{p}ratings > 0"), new(13, p => $"{p}stars", p => $"{p}ratings * 1000"),
        new(14, p => $"CASE WHEN {p}first_click_at - {p}first_at <= 86400000 THEN max(0, {p}first_click_at - {p}first_at) / 1000 ELSE 0 END", p => $"coalesce({p}first_click_at - {p}first_at <= 86400000, 0)"),
    ];

    /// <summary>What an experiment asks for beside these: a cap on one of them, or a shop's own kind of event.</summary>
    private const string Capped = "JOIN main.asked a ON a.experiment = v.experiment AND a.simulated = v.simulated AND a.base = v.measure AND a.name = ''";

    private static string OwnAsked(string of) => $"JOIN main.asked a ON a.experiment = {of}.experiment AND a.simulated = {of}.simulated AND a.name <> ''";

    private static string OwnOf(string user) =>
        $"o.simulated = {user}.simulated AND o.unit = {user}.unit AND o.name = a.name AND o.experiment = {user}.experiment AND o.phase = {user}.phase AND o.arm = {user}.arm";

    private static string Own(Func<string, string> column) => string.Join(", ", new[] { "count", "valued", "value" }.Select(column));

    private static string Times(Func<string, string> column) => string.Join(", ", new[] { "first_at", "first_click_at" }.Select(column));

    private static string OwnY(string p) => $"min(CASE base WHEN -1 THEN {p}count WHEN -2 THEN {p}count > 0 ELSE {p}value END, coalesce(cap, 9e999))";

    private static string OwnD(string p) => $"CASE base WHEN -3 THEN {p}valued * 1000 WHEN -4 THEN 1000 ELSE 0 END";

    private sealed record Expression(int Number, Func<string, string> Y, Func<string, string> Denominator)
    {
        public Expression(int number, Func<string, string> y) : this(number, y, _ => "0") { }

        public string D(string prefix) => Denominator(prefix);
    }

    /// <summary>Sums over users of products of two of their numbers, cut at 2^32 as they are stored: the remainders, then how often 2^32 is in them.</summary>
    /// <param name="before">Prefix of the columns with what a user had on the day before, which is taken out; null for none.</param>
    private static string Products(string pairs, string? before = null)
    {
        // a product is rounded as a double is, and cut towards 0; from 2^53 on a double has nothing to cut, and an integer could not hold it
        static string High(string product) => $"CASE WHEN abs({product}) < 38685626227668133590597632.0 THEN CAST({product} / 4294967296.0 AS INTEGER) ELSE {product} / 4294967296.0 END";
        static string Low(string product) => $"({product} - 4294967296.0 * ({High(product)}))";
        string Sum(string pair, Func<string, string> part) => $"total({part($"(1.0 * {pair[0]} * {pair[1]})")}{(before is null ? "" : $" - {part($"(1.0 * {before}{pair[0]} * {before}{pair[1]})")}")})";
        var all = pairs.Split(' ');
        return string.Join(", ", [.. all.Select(p => $"{Sum(p, Low)} {p}"), .. all.Select(p => $"{Sum(p, High)} {p}_high")]);
    }

    private static string Each(Func<string, string> column) =>
        string.Join(", ", new[] { "viewable", "clicked", "carts", "purchases", "revenue", "seen", "reciprocal", "gain", "known", "head", "varied", "variety", "ratings", "stars" }.Select(column));

    private static string Measured(Func<Expression, string> select) => string.Join(" UNION ALL ", Measures.Select(select));
}
