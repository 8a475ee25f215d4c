namespace RecLab.Recommenders.Catalog;

/// <summary>What describes a model and is stored with its run: one record per family, whose properties become the training form. Each property
/// carries <see cref="System.ComponentModel.DataAnnotations.DisplayAttribute"/> (name, description with unit),
/// <see cref="System.ComponentModel.DataAnnotations.RangeAttribute"/> and a default; <see cref="TunableAttribute"/> where a search may vary it.</summary>
public abstract record RecommenderOptions;

/// <summary>The range a hyper-parameter search may draw from, inside the property's allowed range.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TunableAttribute(double low, double high) : Attribute
{
    public double Low { get; } = low;
    public double High { get; } = high;

    /// <summary>Draw on a logarithmic scale.</summary>
    public bool Log { get; init; }

    /// <summary>Whole numbers only in steps of this many, such as widths that every number of heads divides; 1 by default.</summary>
    public int Multiple { get; init; } = 1;
}

/// <summary>The property that says how long training goes on (epochs, iterations): a search may begin points with a part of it and go on with the best.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BudgetAttribute : Attribute;
