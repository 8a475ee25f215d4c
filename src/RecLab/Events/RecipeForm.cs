using System.Globalization;
using RecLab.Data;

namespace RecLab.Events;

/// <summary>A recipe as text fields; what was typed stays as it is until it can be read.</summary>
public sealed class RecipeForm
{
    /// <summary>The types every form offers, in the order of the page.</summary>
    public static IReadOnlyList<string> Types { get; } = [EventTypes.Click, EventTypes.AddToCart, EventTypes.Purchase, EventTypes.Rating, EventTypes.Viewable];

    private readonly SortedDictionary<string, string> _weights = new(StringComparer.Ordinal);
    private readonly LogRecipe _start;

    /// <param name="start">Where the fields start; its own event types (custom:name) are offered too.</param>
    public RecipeForm(LogRecipe? start = null)
    {
        _start = start ?? new();
        Simulated = _start.Simulated;
        WithBase = _start.WithBase;
        Placement = _start.Placement ?? "";
        HalfLife = _start.HalfLifeDays?.ToString("0.####", CultureInfo.InvariantCulture) ?? "";
        foreach (var type in Types) _weights[type] = "0";
        foreach (var (type, weight) in _start.Weights) _weights[type] = weight.ToString("0.####", CultureInfo.InvariantCulture);
    }

    public bool Simulated { get; set; }
    public bool WithBase { get; set; }

    /// <summary>Key of the placement whose lists alone count, or empty for all.</summary>
    public string Placement { get; set; }

    /// <summary>Days, or empty for none.</summary>
    public string HalfLife { get; set; } = "";

    /// <summary>Types with a field: those that are always offered, then others.</summary>
    public IEnumerable<string> Offered => Types.Concat(_weights.Keys.Except(Types, StringComparer.Ordinal));

    /// <summary>The weight of a type as it was typed.</summary>
    public string this[string type]
    {
        get => _weights[type];
        set => _weights[type] = value;
    }

    /// <summary>The recipe.</summary>
    /// <exception cref="SnapshotRefusedException">A field holds no number, or one out of range.</exception>
    public LogRecipe Read()
    {
        SortedDictionary<string, double> weights = new(StringComparer.Ordinal);
        foreach (var (type, text) in _weights)
            if (Number(text, $"The weight of '{type}'") is var weight && weight != 0) weights[type] = weight;
        var recipe = _start with { Simulated = Simulated, WithBase = WithBase, Weights = weights, Placement = Placement.Trim() is { Length: > 0 } placement ? placement : null, HalfLifeDays = HalfLife.Trim().Length == 0 ? null : Number(HalfLife, "The half-life") };
        SnapshotDesk.Check(recipe);
        return recipe;
    }

    private static double Number(string text, string what) => text.Trim().Length == 0 ? 0
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw new SnapshotRefusedException($"{what} must be a number, it is '{text}'.");
}
