using System.CommandLine;
using System.Globalization;
using RecLab.Recommenders.Data.Cleaning;

namespace RecLab.Cli;

/// <summary>The options of <c>reclab import</c> about what is dropped or changed before a data set is stored.</summary>
internal sealed class CleaningSettings
{
    private readonly Option<string?> _repeats = new("--repeats") { Description = "Rows of one user and item: keep (default), exact (exact copies count once) or newest (the newest stays)." };
    private readonly Option<float?> _positive = new("--positive-from") { Description = "Drop rows with a smaller value; the rest counts 1." };
    private readonly Option<int?> _core = new("--core") { Description = "Users and items keep at least this many rows, until nothing changes." };
    private readonly Option<int?> _user = new("--min-user") { Description = "The same for users alone (default: --core or 1)." };
    private readonly Option<int?> _item = new("--min-item") { Description = "The same for items alone (default: --core or 1)." };
    private readonly Option<string?> _from = new("--from") { Description = "Drop rows before this day (UTC), such as 2024-05-01." };
    private readonly Option<string?> _before = new("--before") { Description = "Drop rows of this day (UTC) and later." };
    private readonly Option<string?> _weights = new("--weights") { Description = "Values: as-is (default), maximum (divided by the largest), user-mean (divided by the mean of their user) or log (ln(1 + value))." };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _repeats, _positive, _core, _user, _item, _from, _before, _weights }) command.Add(option);
    }

    /// <exception cref="BadArgumentException">An option does not say what it should.</exception>
    public CleaningRules Read(ParseResult parsed) => new()
    {
        Repeats = parsed.GetValue(_repeats) switch { null or "keep" => RepeatRule.Keep, "exact" => RepeatRule.DropExact, "newest" => RepeatRule.KeepNewest, var text => throw new BadArgumentException($"--repeats is keep, exact or newest, not '{text}'.") },
        Weights = parsed.GetValue(_weights) switch { null or "as-is" => WeightScale.AsIs, "maximum" => WeightScale.Maximum, "user-mean" => WeightScale.UserMean, "log" => WeightScale.Logarithm, var text => throw new BadArgumentException($"--weights is as-is, maximum, user-mean or log, not '{text}'.") },
        PositiveFrom = parsed.GetValue(_positive),
        MinPerUser = parsed.GetValue(_user) ?? parsed.GetValue(_core) ?? 1,
        MinPerItem = parsed.GetValue(_item) ?? parsed.GetValue(_core) ?? 1,
        From = Day("--from", parsed.GetValue(_from)),
        Before = Day("--before", parsed.GetValue(_before)),
    };

    private static DateTimeOffset? Day(string option, string? text) => text is null ? null
        : DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day) ? day
        : throw new BadArgumentException($"{option} is a day such as 2024-05-01, not '{text}'.");
}
