using System.Reflection;
using RecLab.Recommenders.Catalog;

namespace RecLab.Recommenders.Search;

/// <summary>One hyper-parameter a search may vary.</summary>
/// <param name="Name">The property of the options record.</param>
/// <param name="Low">Smallest value.</param>
/// <param name="High">Largest value.</param>
/// <param name="Log">Drawn on a logarithmic scale.</param>
/// <param name="Whole">Whole numbers only (also choices and switches, by their number).</param>
/// <param name="Step">Distance of whole numbers.</param>
public sealed record Dimension(string Name, double Low, double High, bool Log, bool Whole, int Step = 1)
{
    /// <summary>The value at a place of the unit interval.</summary>
    public double At(double unit)
    {
        var (low, high) = Ends;
        var value = Log ? low * Math.Pow(high / low, unit) : low + (high - low) * unit;
        return Math.Clamp(Whole ? Step * Math.Round(value / Step, MidpointRounding.AwayFromZero) : value, Low, High);
    }

    /// <summary>The place of a value in the unit interval.</summary>
    public double Unit(double value)
    {
        var (low, high) = Ends;
        return Math.Clamp(Log ? Math.Log(value / low) / Math.Log(high / low) : (value - low) / (high - low), 0, 1);
    }

    /// <summary>Whole numbers get equal shares of the interval: the range is wider by half a step on both sides.</summary>
    private (double Low, double High) Ends => Whole ? (Low - Step / 2.0, High + Step / 2.0) : (Low, High);
}

/// <summary>What a search may vary of one kind of options: the properties marked <see cref="TunableAttribute"/>, and the one marked <see cref="BudgetAttribute"/>, which
/// says how long training goes on.</summary>
public sealed class SearchSpace
{
    private readonly Type _options;
    private readonly PropertyInfo? _budget;

    private SearchSpace(Type options, IReadOnlyList<Dimension> dimensions, PropertyInfo? budget) => (_options, Dimensions, _budget) = (options, dimensions, budget);

    public IReadOnlyList<Dimension> Dimensions { get; }

    /// <summary>Whether trials can be begun with a part of the full training.</summary>
    public bool HasBudget => _budget is not null;

    /// <summary>Reads the marks of an options record.</summary>
    /// <param name="besidesBudget">Leave the property that says how long training goes on out of the dimensions (a search by successive halving governs it itself).</param>
    /// <exception cref="ArgumentException">Nothing is marked, or a mark makes no sense.</exception>
    public static SearchSpace Of(Type options, bool besidesBudget = false)
    {
        var properties = options.GetProperties(BindingFlags.Public | BindingFlags.Instance).OrderBy(p => p.Name, StringComparer.Ordinal).ToArray();
        var budget = properties.FirstOrDefault(p => p.GetCustomAttribute<BudgetAttribute>() is not null);
        Dimension[] dimensions = [.. properties.Where(p => !(besidesBudget && p == budget)).Select(p => (Property: p, Mark: p.GetCustomAttribute<TunableAttribute>())).Where(p => p.Mark is not null).Select(p => Checked(p.Property, p.Mark!))];
        return dimensions.Length == 0 ? throw new ArgumentException($"Nothing of {options.Name} may be tuned.", nameof(options)) : new(options, dimensions, budget);
    }

    /// <summary>The options at a point.</summary>
    /// <param name="defaults">Gives everything that is not varied.</param>
    /// <param name="point">Values by dimension.</param>
    /// <param name="budget">Share of the full training, above 0 and at most 1.</param>
    public RecommenderOptions Apply(RecommenderOptions defaults, IReadOnlyDictionary<string, double> point, double budget = 1)
    {
        var copy = Copy(defaults);
        foreach (var dimension in Dimensions) Set(_options.GetProperty(dimension.Name)!, copy, point[dimension.Name]);
        Shorten(copy, budget);
        return copy;
    }

    /// <summary>The same options with a part of their training.</summary>
    /// <param name="options">As they are for the full training.</param>
    /// <param name="budget">Share of the full training, above 0 and at most 1.</param>
    public RecommenderOptions Shortened(RecommenderOptions options, double budget)
    {
        var copy = Copy(options);
        Shorten(copy, budget);
        return copy;
    }

    /// <summary>The point of the space nearest to given options, which may themselves lie outside its ranges.</summary>
    public IReadOnlyDictionary<string, double> Nearest(RecommenderOptions options) => Dimensions.ToDictionary(d => d.Name,
        d => Math.Clamp(Convert.ToDouble(_options.GetProperty(d.Name)!.GetValue(options), null), d.Low, d.High), StringComparer.Ordinal);

    private void Shorten(RecommenderOptions options, double budget)
    {
        if (budget < 1 && _budget is not null) Set(_budget, options, Math.Max(1, Math.Round(budget * Convert.ToDouble(_budget.GetValue(options), null))));
    }

    private RecommenderOptions Copy(RecommenderOptions options) => options.GetType() == _options
        ? (RecommenderOptions)_options.GetMethod("<Clone>$", BindingFlags.Public | BindingFlags.Instance)!.Invoke(options, null)!
        : throw new ArgumentException($"These are {options.GetType().Name}, the space is that of {_options.Name}.", nameof(options));

    private static void Set(PropertyInfo property, object target, double value) => property.SetValue(target,
        property.PropertyType.IsEnum ? Enum.ToObject(property.PropertyType, (int)value)
        : property.PropertyType == typeof(bool) ? value >= 0.5
        : Convert.ChangeType(value, property.PropertyType, System.Globalization.CultureInfo.InvariantCulture));

    private static Dimension Checked(PropertyInfo property, TunableAttribute mark)
    {
        var type = property.PropertyType;
        var whole = type == typeof(int) || type == typeof(long) || type == typeof(bool) || type.IsEnum;
        var step = mark.Multiple;
        var stepped = step == 1 || (whole && step > 1 && mark.Low % step == 0 && mark.High % step == 0);
        if (!(mark.Low < mark.High) || (mark.Log && mark.Low <= 0) || (mark.Log && whole && mark.Low < 1) || !stepped) throw new ArgumentException($"{property.DeclaringType!.Name}.{property.Name}: {mark.Low} to {mark.High} is no range to search.");
        return new(property.Name, mark.Low, mark.High, mark.Log, whole, step);
    }
}
