using System.ComponentModel;
using RecLab.Data;
using RecLab.Recommenders.Data.Cleaning;
using RecLab.Recommenders.Data.Import;
using RecLab.Recommenders.Evaluation;

namespace RecLab.Doors;

/// <summary>Which column means what.</summary>
public sealed record ColumnsBody
{
    [Description("Heading of the column, or its number from 1 where there is no heading.")] public required string User { get; init; }
    public required string Item { get; init; }
    [Description("Rating or weight; absent for feedback without one.")] public string? Value { get; init; }
    public string? Time { get; init; }
    [Description("detect, unix-seconds, unix-milliseconds or date.")] public string? TimeFormat { get; init; }
    [Description("A .NET date pattern such as dd.MM.yyyy HH:mm.")] public string? DatePattern { get; init; }
    [Description("Where a row came about: a placement.")] public string? Placement { get; init; }
    public bool? HasHeader { get; init; }
    [Description("One ASCII character; a blank stands for any run of blanks and tabs.")] public string? Delimiter { get; init; }

    internal static ColumnsBody Of(ColumnMapping c) => new()
    {
        User = c.User, Item = c.Item, Value = c.Value, Time = c.Time, TimeFormat = ImportFields.Formats.First(f => f.Format == c.TimeFormat).Word, DatePattern = c.DatePattern, Placement = c.Scenario, HasHeader = c.HasHeader, Delimiter = c.Delimiter.ToString(),
    };
}

/// <summary>What is dropped or changed before a data set is stored.</summary>
internal sealed record CleaningBody
{
    [Description("keep, exact or newest: rows of one user and item that come more than once.")] public string? Repeats { get; init; }
    [Description("Rows with a smaller value are dropped, the rest counts 1.")] public double? PositiveFrom { get; init; }
    public int? MinPerUser { get; init; }
    public int? MinPerItem { get; init; }
    [Description("as-is, maximum, user-mean or log.")] public string? Weights { get; init; }
    public DateTimeOffset? From { get; init; }
    public DateTimeOffset? Before { get; init; }
}

/// <summary>How rows are cut into what is learnt and what is asked.</summary>
internal sealed record CutBody
{
    [Description("user-time (newest rows of each user), leave-one-out, random (rows of each user), global-time (one moment for everybody), cold-users or cold-items; user-time where absent.")] public string? Kind { get; init; }
    [Description("Share that validates, 0 to 0.5, for user-time, random and global-time; 0.1 where absent.")] public double? Validation { get; init; }
    [Description("Share that tests, above 0; of a cold user's rows for cold-users; 0.1 where absent.")] public double? Test { get; init; }
    [Description("Share of users or items made cold, above 0 to 0.9; 0.1 where absent.")] public double? Cold { get; init; }
    [Description("Of random and cold cuts; 42 where absent.")] public int? Seed { get; init; }
}

internal sealed record ValidationBody
{
    [Description("As the upload was answered.")] public required string Upload { get; init; }
    [Description("Read every line and report what is refused.")] public bool? Lines { get; init; }
    [Description("Key of a layout; found out where absent.")] public string? Layout { get; init; }
    public ColumnsBody? Columns { get; init; }
    public CleaningBody? Cleaning { get; init; }
}

internal sealed record ImportBody
{
    [Description("Of the new data set, 1 to 80 characters.")] public required string Name { get; init; }
    [Description("As the upload was answered.")] public required string Upload { get; init; }
    [Description("Key of a layout; found out where absent.")] public string? Layout { get; init; }
    public ColumnsBody? Columns { get; init; }
    public CleaningBody? Cleaning { get; init; }
    [Description("Share of each user's newest rows that nothing learns from, 0 to 0.5; 0.1 where absent.")] public double? HiddenShare { get; init; }
    public CutBody? Cut { get; init; }
}

/// <summary>How a file is to be read.</summary>
internal sealed record ImportWish(string? Layout, ColumnMapping? Columns, CleaningRules Cleaning);

/// <summary>Reads how a file is to be read.</summary>
internal static class ImportFields
{
    public static readonly (string Word, TimeFormat Format)[] Formats = [("detect", TimeFormat.Detect), ("unix-seconds", TimeFormat.UnixSeconds), ("unix-milliseconds", TimeFormat.UnixMilliseconds), ("date", TimeFormat.Date)];
    private static readonly (string Word, RepeatRule Rule)[] Repeats = [("keep", RepeatRule.Keep), ("exact", RepeatRule.DropExact), ("newest", RepeatRule.KeepNewest)];
    private static readonly (string Word, SplitKind Kind)[] Ways = [.. CutWords.Ways.Select(w => (w.Word, w.Kind))];
    private static readonly (string Word, WeightScale Scale)[] Weights = [("as-is", WeightScale.AsIs), ("maximum", WeightScale.Maximum), ("user-mean", WeightScale.UserMean), ("log", WeightScale.Logarithm)];

    public static ImportWish Read(Fields fields)
    {
        var layout = fields.Id("layout");
        if (layout is not null && DatasetReaders.All.All(r => r.Key != layout)) fields.Fault("layout", $"must be one of {string.Join(", ", DatasetReaders.All.Select(r => r.Key))}");
        return new(layout, Columns(fields), Cleaning(fields));
    }

    private static ColumnMapping? Columns(Fields fields)
    {
        if (fields.Object("columns") is not { } given) return null;
        var (user, item, delimiter, form) = (given.Id("user", required: true), given.Id("item", required: true), given.Text("delimiter", 10) ?? ",", Word(given, "timeFormat", Formats));
        if (delimiter is not [var cut] || !char.IsAscii(cut) || char.IsLetterOrDigit(cut) || cut is '"' or '\r' or '\n') given.Fault("delimiter", "must be one ASCII character that is no letter, digit, quote or end of line");
        var columns = new ColumnMapping
        {
            User = user ?? "", Item = item ?? "", Value = given.Id("value"), Time = given.Id("time"), TimeFormat = form, DatePattern = given.Id("datePattern"), Scenario = given.Id("placement"), HasHeader = given.Flag("hasHeader") ?? true,
            Delimiter = delimiter is [var one, ..] ? one : ',',
        };
        fields.Take(given);
        return columns;
    }

    private static CleaningRules Cleaning(Fields fields)
    {
        if (fields.Object("cleaning") is not { } given) return CleaningRules.None;
        var rules = new CleaningRules
        {
            Repeats = Word(given, "repeats", Repeats), Weights = Word(given, "weights", Weights), PositiveFrom = (float?)given.Number("positiveFrom"), MinPerUser = given.Whole("minPerUser", 1, 1_000_000) ?? 1, MinPerItem = given.Whole("minPerItem", 1, 1_000_000) ?? 1,
            From = Moment(given, "from"), Before = Moment(given, "before"),
        };
        fields.Take(given);
        if (rules.Wrong is { } wrong) fields.Fault("cleaning", "cannot be used: " + wrong.TrimEnd('.'));
        return rules;
    }

    /// <summary>How the data set is cut, with its hidden share.</summary>
    public static SplitPlan Cut(Fields fields, double hidden)
    {
        if (fields.Object("cut") is not { } given) return new() { Hidden = hidden };
        var usual = new SplitPlan();
        var plan = new SplitPlan(Word(given, "kind", Ways))
        {
            Validation = given.Number("validation") ?? usual.Validation, Test = given.Number("test") ?? usual.Test, Cold = given.Number("cold") ?? usual.Cold, Seed = given.Whole("seed", int.MinValue, int.MaxValue) ?? usual.Seed, Hidden = hidden,
        };
        fields.Take(given);
        if (CutWords.Wrong(plan) is { } wrong) fields.Fault("cut", "cannot be used: " + wrong.TrimEnd('.'));
        return plan;
    }

    private static T Word<T>(Fields fields, string name, (string Word, T Value)[] known)
    {
        if (fields.Id(name) is not { } word) return known[0].Value;
        if (known.Any(k => k.Word == word)) return known.First(k => k.Word == word).Value;
        fields.Fault(name, $"must be one of {string.Join(", ", known.Select(k => k.Word))}");
        return known[0].Value;
    }

    private static DateTimeOffset? Moment(Fields fields, string name) => fields.Time(name) is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
}
