using System.Globalization;
using RecLab.Experiments;
using RecLab.Results.Metrics;

namespace RecLab.Results;

/// <summary>An arm in the wizard; the share in percent counts only while shares are set by hand.</summary>
public sealed class ArmLine
{
    public int VariantId { get; set; }
    public string Name { get; set; } = "";
    public double Percent { get; set; }
}

/// <summary>A guardrail in the wizard.</summary>
public sealed class GuardLine
{
    public required IOutcomeMetric Metric { get; init; }
    public bool On { get; set; }

    /// <summary>How much worse is still acceptable, percent.</summary>
    public double Percent { get; set; } = 5;
}

/// <summary>A cap in the wizard.</summary>
public sealed class CapLine
{
    public required IOutcomeMetric Metric { get; init; }
    public bool On { get; set; }

    /// <summary>As the metric is read, money in major units; null takes it from the past.</summary>
    public double? Value { get; set; }
}

/// <summary>A targeting condition in the wizard; values separated by commas.</summary>
public sealed class ConditionLine
{
    public string Attribute { get; set; } = "";
    public ConditionKind Kind { get; set; }
    public string Values { get; set; } = "";
}

/// <summary>What the wizard edits, and what it makes of it. Holds no component.</summary>
public sealed class DraftForm
{
    /// <summary>Key of the stored draft; null before it was saved.</summary>
    public string? SavedKey { get; set; }
    public string Key { get; set; } = "";
    public string Name { get; set; } = "";
    public string Hypothesis { get; set; } = "";
    public string Owner { get; set; } = "";
    public string Tags { get; set; } = "";
    public string Notes { get; set; } = "";
    public string Placement { get; set; } = "";
    public List<ArmLine> Arms { get; } = [];

    /// <summary>How users meet the arms.</summary>
    public ExperimentMode Mode { get; set; }

    /// <summary>Of a bandit: control's fixed share and each other arm's least part of the rest, in percent; users every arm needs first; hours between two looks.</summary>
    public double ControlPercent { get; set; } = 20;
    public double FloorPercent { get; set; } = 5;
    public int BanditUsers { get; set; } = 100;
    public double EveryHours { get; set; } = 24;

    /// <summary>Every arm gets the same share.</summary>
    public bool EqualSplit { get; set; } = true;
    public double TrafficPercent { get; set; } = 100;
    public string GoalMetric { get; set; } = "ctr";

    /// <summary>Smallest effect worth finding, percent of control.</summary>
    public double EffectPercent { get; set; } = 5;
    public double Power { get; set; } = 0.8;

    /// <summary>Where lists are interleaved: smallest share of a user's clicks worth finding, percent; above half.</summary>
    public double PreferencePercent { get; set; } = 55;
    public double Alpha { get; set; } = 0.05;
    public List<GuardLine> Guards { get; } = [.. OutcomeMetricCatalog.All.Select(m => new GuardLine { Metric = m })];

    /// <summary>Metrics over the shop's own events that were added to those with a name of their own.</summary>
    public List<IOutcomeMetric> Own { get; } = [];

    /// <summary>Everything that can be chosen.</summary>
    public IEnumerable<IOutcomeMetric> Metrics => OutcomeMetricCatalog.All.Concat(Own);

    /// <summary>One for every metric that can be capped.</summary>
    public List<CapLine> Caps { get; } = [.. OutcomeMetricCatalog.All.Where(m => m.CanCap).Select(m => new CapLine { Metric = m })];

    /// <summary>The name of an event of the shop's own, what of it is measured and whether less is better, before it is added.</summary>
    public string OwnKind { get; set; } = "";
    public Events.OwnAspect OwnAspect { get; set; }
    public bool OwnLower { get; set; }
    public List<ConditionLine> Conditions { get; } = [];
    public string Layer { get; set; } = "";
    public double LayerFrom { get; set; }
    public double LayerTo { get; set; } = 50;
    public bool RespectsHoldout { get; set; } = true;

    /// <summary>One a line: "user = B".</summary>
    public string Testers { get; set; } = "";
    public string Slices { get; set; } = "known";

    /// <summary>Keys of further metrics; without any, everything of which something is recorded.</summary>
    public HashSet<string> Secondary { get; } = [];

    /// <summary>Key of the experiment one must take part in, or empty, and the position of its arm.</summary>
    public string BeforeKey { get; set; } = "";
    public int BeforeArm { get; set; }
    public int MinimumUsers { get; set; } = 100;
    public int MinimumDays { get; set; } = 7;

    public IOutcomeMetric Goal => OutcomeMetricCatalog.Get(GoalMetric);

    public IReadOnlyList<double> Weights => Mode switch
    {
        ExperimentMode.Bandit => [.. Arms.Select((_, i) => i == 0 ? ControlPercent / 100 : (1 - ControlPercent / 100) / Math.Max(1, Arms.Count - 1))],
        ExperimentMode.Interleaving => [.. Arms.Select(_ => 1.0 / Arms.Count)],
        _ => [.. Arms.Select(a => EqualSplit ? 1.0 / Arms.Count : a.Percent / 100)],
    };

    /// <summary>Small letters, digits and hyphens made from a name.</summary>
    public static string KeyFrom(string name)
    {
        var key = new string([.. name.ToLowerInvariant().Normalize(System.Text.NormalizationForm.FormD).Where(c => c < 128).Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);
        while (key.Contains("--", StringComparison.Ordinal)) key = key.Replace("--", "-", StringComparison.Ordinal);
        key = key.Trim('-');
        return key.Length > 40 ? key[..40].Trim('-') : key;
    }

    /// <summary>The draft as it would be kept.</summary>
    /// <param name="size">The plan; without numbers nothing is planned.</param>
    /// <exception cref="FormatException">A tester's line cannot be read; the message says which.</exception>
    public ExperimentDraft ToDraft(SampleSize? size) => new()
    {
        Key = Key, Name = Name.Trim(), Placement = Placement, Hypothesis = Hypothesis, Owner = Owner, Tags = Tags, Notes = Notes, Traffic = TrafficPercent / 100, GoalMetric = Mode == ExperimentMode.Interleaving ? "ctr" : GoalMetric, Alpha = Alpha,
        Arms = [.. Arms.Zip(Weights, (arm, weight) => new ArmDraft(arm.VariantId, arm.Name, weight))],
        Settings = ToSettings(size) with { Overrides = ReadTesters() },
    };

    /// <summary>The settings as they would be kept, without the testers.</summary>
    public ExperimentSettings ToSettings(SampleSize? size) => new()
        {
            Mode = Mode, Bandit = new(ControlPercent / 100, FloorPercent / 100, BanditUsers, EveryHours),
            Guardrails = [.. Guards.Where(g => Mode != ExperimentMode.Interleaving && g.On && g.Metric.Key != GoalMetric).Select(g => new Guardrail(g.Metric.Key, g.Percent / 100))],
            Targeting = [.. ToConditions()],
            Layer = Layer.Trim().Length == 0 ? null : new(Layer.Trim(), LayerFrom / 100, LayerTo / 100), RespectsHoldout = RespectsHoldout,
            Caps = [.. Caps.Where(c => Mode != ExperimentMode.Interleaving && c.On && IsAsked(c.Metric)).Select(c => Rule(c))],
            Secondary = [.. Secondary.Where(s => s != GoalMetric)], Prerequisite = BeforeKey.Length == 0 ? null : new(BeforeKey, BeforeArm),
            Slices = Words(Slices), MinimumUsers = MinimumUsers, MinimumDays = MinimumDays,
            TargetEffect = Mode == ExperimentMode.Interleaving ? PreferencePercent / 50 - 1 : EffectPercent / 100, Power = Power,
            PlannedUsers = Mode != ExperimentMode.Bandit ? size?.UsersPerArm ?? 0 : 0, PlannedDays = Mode != ExperimentMode.Bandit ? size?.PlannedDays ?? 0 : 0, TightestAt = Mode != ExperimentMode.Bandit ? size?.TightestAt : null,
        };

    /// <summary>The metric is goal, guardrail or watched; without a choice of what is watched, everything that has a name of its own is.</summary>
    public bool IsAsked(IOutcomeMetric metric) => metric.Key == GoalMetric || Secondary.Contains(metric.Key) || Guards.Any(g => g.On && g.Metric.Key == metric.Key) || (Secondary.Count == 0 && metric.Measure.Aspect is null);

    /// <summary>The cap of the goal, or null.</summary>
    public CapRule? GoalCap => Caps.Find(c => c.On && c.Metric.Key == GoalMetric) is { } line && Mode != ExperimentMode.Interleaving ? Rule(line) : null;

    /// <summary>Adds a metric over an event of the shop's own, as <see cref="OwnKind"/> and the rest say.</summary>
    /// <returns>Why it cannot be added; null when it was.</returns>
    public string? AddOwn()
    {
        var kind = OwnKind.Trim().StartsWith(Events.EventTypes.CustomPrefix, StringComparison.Ordinal) ? OwnKind.Trim()[Events.EventTypes.CustomPrefix.Length..] : OwnKind.Trim();
        if (OwnEventMetric.Find(OwnEventMetric.KeyOf(kind, OwnAspect, OwnLower)) is not { } metric) return "The name of an event is 1 to 50 small letters, digits, underscores, dots and hyphens, as it is sent behind custom:.";
        if (Own.Any(m => m.Key == metric.Key)) return $"{metric.Name} is there already.";
        Offer(metric);
        Secondary.Add(metric.Key);
        OwnKind = "";
        return null;
    }

    /// <summary>Takes it out again, wherever it was chosen.</summary>
    public void RemoveOwn(IOutcomeMetric metric)
    {
        Own.Remove(metric);
        Guards.RemoveAll(g => g.Metric.Key == metric.Key);
        Caps.RemoveAll(c => c.Metric.Key == metric.Key);
        Secondary.Remove(metric.Key);
        if (GoalMetric == metric.Key) GoalMetric = "ctr";
    }

    private void Offer(IOutcomeMetric metric)
    {
        Own.Add(metric);
        Guards.Add(new() { Metric = metric });
        if (metric.CanCap) Caps.Add(new() { Metric = metric });
    }

    /// <summary>Money is typed in major units and kept in minor ones.</summary>
    private static double Scale(IOutcomeMetric metric) => metric is RevenuePerUser ? 100 : 1;

    private static CapRule Rule(CapLine line) => new(line.Metric.Key, line.Value * Scale(line.Metric));

    /// <summary>The conditions that name an attribute.</summary>
    public IEnumerable<Condition> ToConditions() => Conditions.Where(c => c.Attribute.Trim().Length > 0).Select(c => new Condition(c.Attribute.Trim(), c.Kind, Words(c.Values)));

    /// <summary>A form that says what a stored draft says.</summary>
    public static DraftForm Of(Experiment experiment)
    {
        var draft = ExperimentDraft.Of(experiment);
        var settings = draft.Settings;
        var form = new DraftForm
        {
            Mode = settings.Mode, ControlPercent = settings.Bandit.ControlShare * 100, FloorPercent = settings.Bandit.Floor * 100, BanditUsers = settings.Bandit.MinimumUsers, EveryHours = settings.Bandit.EveryHours,
            SavedKey = draft.Key, Key = draft.Key, Name = draft.Name, Hypothesis = draft.Hypothesis, Owner = draft.Owner, Tags = draft.Tags, Notes = draft.Notes, Placement = draft.Placement,
            EqualSplit = draft.Arms.All(a => Math.Abs(a.Weight - 1.0 / draft.Arms.Count) < 1e-9), TrafficPercent = draft.Traffic * 100, GoalMetric = draft.GoalMetric, Alpha = draft.Alpha,
            EffectPercent = settings.Mode == ExperimentMode.Interleaving ? 5 : Math.Round(settings.TargetEffect * 100, 6), PreferencePercent = settings.Mode == ExperimentMode.Interleaving ? Math.Round(50 * (1 + settings.TargetEffect), 6) : 55, Power = settings.Power, Layer = settings.Layer?.Layer ?? "", LayerFrom = (settings.Layer?.From ?? 0) * 100, LayerTo = (settings.Layer?.To ?? 0.5) * 100,
            RespectsHoldout = settings.RespectsHoldout, Testers = string.Join('\n', settings.Overrides.Select(o => $"{o.Key} = {(char)('A' + o.Value)}")), Slices = string.Join(", ", settings.Slices),
            MinimumUsers = settings.MinimumUsers, MinimumDays = settings.MinimumDays,
        };
        form.Arms.AddRange(draft.Arms.Select(a => new ArmLine { VariantId = a.VariantId, Name = a.Name, Percent = a.Weight * 100 }));
        foreach (var own in AskedMetric.Keys(draft.GoalMetric, settings).Select(OwnEventMetric.Find).OfType<OwnEventMetric>()) form.Offer(own);
        foreach (var cap in form.Caps)
            if (settings.Caps.FirstOrDefault(c => c.Metric == cap.Metric.Key) is { } rule) (cap.On, cap.Value) = (true, rule.Value / Scale(cap.Metric));
        foreach (var guard in form.Guards)
            if (settings.Guardrails.FirstOrDefault(g => g.Metric == guard.Metric.Key) is { } on) (guard.On, guard.Percent) = (true, Math.Round(on.Margin * 100, 6));
        form.Secondary.UnionWith(settings.Secondary);
        if (settings.Prerequisite is { } before) (form.BeforeKey, form.BeforeArm) = (before.Experiment, before.Arm);
        form.Conditions.AddRange(settings.Targeting.Select(c => new ConditionLine { Attribute = c.Attribute, Kind = c.Kind, Values = string.Join(", ", c.Values) }));
        return form;
    }

    /// <summary>Share of the placement's users that will take part, as far as it follows from traffic and layer; conditions come on top.</summary>
    public double Reach => TrafficPercent / 100 * (Layer.Trim().Length == 0 ? 1 : Math.Max(0, LayerTo - LayerFrom) / 100);

    private Dictionary<string, int> ReadTesters()
    {
        Dictionary<string, int> testers = [];
        foreach (var line in Testers.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = line.Split('=', StringSplitOptions.TrimEntries);
            if (parts is not [{ Length: > 0 }, [var letter]]) throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"The tester line '{line}' must read 'user = letter of the arm'."));
            testers[parts[0]] = char.ToUpperInvariant(letter) - 'A';
        }
        return testers;
    }

    private static string[] Words(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
