using RecLab.Controls;
using RecLab.Events;
using RecLab.Statistics;

namespace RecLab.Results.Metrics;

/// <summary>A metric over a shop's own kind of event, custom:NAME. Its key is custom:NAME:count, :users, :mean or :total, with :lower behind it where less is better. Events count for seven days after a list,
/// values to three decimals and up to a million either way. Its sums are kept from the start of an experiment that asks for it.</summary>
public sealed class OwnEventMetric : IOutcomeMetric
{
    private const string Lower = ":lower";

    private OwnEventMetric(string kind, OwnAspect aspect, bool lower) =>
        (Kind, Aspect, HigherIsBetter, Measure, Key) = (aspect switch { OwnAspect.Count => MetricKind.Mean, OwnAspect.Users => MetricKind.Proportion, _ => MetricKind.Ratio }, aspect, !lower, UnitMeasure.Of(kind, aspect), KeyOf(kind, aspect, lower));

    /// <summary>Of the event's values or their number.</summary>
    public OwnAspect Aspect { get; }

    /// <summary>The event's name, without "custom:".</summary>
    public string Event => Measure.Kind;
    public string Key { get; private init; }
    public string Name { get => field ?? Aspect switch { OwnAspect.Count => $"{Event} per user", OwnAspect.Users => $"Users with {Event}", OwnAspect.Mean => $"Mean value of {Event}", _ => $"Value of {Event} per user" }; private init; }
    public string Noun { get => field ?? Aspect switch { OwnAspect.Count => $"{Event} per user", OwnAspect.Users => $"users with {Event}", OwnAspect.Mean => $"mean value of {Event}", _ => $"value of {Event} per user" }; private init; }
    public string Definition
    {
        get => field ?? Aspect switch
        {
            OwnAspect.Count => $"custom:{Event} events per user within seven days after a list",
            OwnAspect.Users => $"share of users with a custom:{Event} event within seven days after a list",
            OwnAspect.Mean => $"value per custom:{Event} event within seven days after a list, users as clusters",
            _ => $"sum of the values of custom:{Event} per user within seven days after a list",
        };
        private init;
    }
    public MetricKind Kind { get; }
    public bool HigherIsBetter { get; }
    public bool CanCap => Aspect is OwnAspect.Count or OwnAspect.Total;
    public UnitMeasure Measure { get; }

    /// <summary>Written as a time.</summary>
    private bool InSeconds { get; init; }

    /// <summary>custom:dwell with the seconds as its value, the name the documents give it: seconds per visit of an item.</summary>
    public static OwnEventMetric Dwell { get; } = new("dwell", OwnAspect.Mean, lower: false)
    {
        Key = "dwell", Name = "Dwell time", Noun = "dwell time", Definition = "seconds per custom:dwell event within seven days after a list, users as clusters", InSeconds = true,
    };

    public string Write(double value) => Aspect == OwnAspect.Users ? Figures.Rate(value) : InSeconds ? Figures.Seconds(value) : Figures.Metric(value, Aspect == OwnAspect.Count ? 4 : 3);

    public string WriteOne(double value) => value == Math.Floor(value) ? Figures.Count((long)value) : Write(value);

    public string Counts(ArmTotals arm) => arm.Sums.GetValueOrDefault(Key) is var sums && Aspect == OwnAspect.Mean ? $"{Figures.Count((long)sums.D / Measure.Parts)} with a value"
        : Figures.Counts((long)sums.Y / Measure.Parts, arm.Units);

    /// <summary>The key of a metric.</summary>
    public static string KeyOf(string kind, OwnAspect aspect, bool lower) => $"{EventTypes.CustomPrefix}{kind}:{aspect.ToString().ToLowerInvariant()}{(lower ? Lower : "")}";

    /// <summary>The metric with this key, or null where the key is none.</summary>
    public static OwnEventMetric? Find(string key)
    {
        var (rest, lower) = key.EndsWith(Lower, StringComparison.Ordinal) ? (key[..^Lower.Length], true) : (key, false);
        var colon = rest.LastIndexOf(':');
        if (colon <= 0 || EventTypes.Find(rest[..colon]) is not { } type || !EventTypes.IsOwn(type)) return null;
        foreach (var aspect in Enum.GetValues<OwnAspect>())
            if (KeyOf(EventTypes.KindOf(type), aspect, lower) == key) return new(EventTypes.KindOf(type), aspect, lower);
        return null;
    }
}
