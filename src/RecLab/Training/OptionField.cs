using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using RecLab.Recommenders.Catalog;

namespace RecLab.Training;

/// <summary>How a field is filled in.</summary>
public enum FieldKind { Number, Whole, Switch, Choice, List, Text }

/// <summary>One property of an options record as a form shows it.</summary>
public sealed class OptionField
{
    private readonly PropertyInfo _property;
    private readonly RangeAttribute? _range;

    private OptionField(PropertyInfo property, RecommenderOptions defaults)
    {
        _property = property;
        _range = property.GetCustomAttribute<RangeAttribute>();
        var display = property.GetCustomAttribute<DisplayAttribute>();
        Name = display?.GetName() ?? property.Name;
        Description = display?.GetDescription() ?? "";
        Type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        Optional = Type != property.PropertyType;
        Kind = KindOf(Type);
        Default = Write(defaults);
    }

    /// <summary>The property's name, which is its key in <see cref="OptionsForm"/>.</summary>
    public string Key => _property.Name;

    /// <summary>Label.</summary>
    public string Name { get; }

    /// <summary>What it means, with its unit.</summary>
    public string Description { get; }
    public FieldKind Kind { get; }

    /// <summary>May be left empty.</summary>
    public bool Optional { get; }

    /// <summary>The default as the field shows it.</summary>
    public string Default { get; }
    public string? Low => Bound(_range?.Minimum);
    public string? High => Bound(_range?.Maximum);

    /// <summary>A search may vary it.</summary>
    public bool Tunable => _property.IsDefined(typeof(TunableAttribute));

    /// <summary>The values of a choice.</summary>
    public IReadOnlyList<string> Choices => Type.IsEnum ? Enum.GetNames(Type) : [];

    private Type Type { get; }

    /// <summary>The fields of a family, in the order of the record.</summary>
    public static IReadOnlyList<OptionField> Of(RecommenderFamily family)
    {
        var defaults = family.Defaults;
        return [.. family.OptionsType.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p is { CanWrite: true, CanRead: true } && p.GetIndexParameters().Length == 0)
            .OrderBy(p => p.GetCustomAttribute<DisplayAttribute>()?.GetOrder() ?? int.MaxValue)
            .Select(p => new OptionField(p, defaults))];
    }

    /// <summary>The property's value as text, invariant culture.</summary>
    public string Write(RecommenderOptions options) => _property.GetValue(options) switch
    {
        null => "",
        bool on => on ? "true" : "false",
        string text => text,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable list => string.Join(", ", list.Cast<object?>().Select(v => Convert.ToString(v, CultureInfo.InvariantCulture))),
        var other => other.ToString() ?? "",
    };

    /// <summary>The text as JSON of the property, or a sentence saying why it is none.</summary>
    public (JsonElement? Json, string? Fault) Read(string text)
    {
        text = text.Trim();
        if (text.Length == 0 && Optional) return (JsonSerializer.SerializeToElement<object?>(null), null);
        switch (Kind)
        {
            case FieldKind.Text: return (JsonSerializer.SerializeToElement(text), null);
            case FieldKind.Switch: return bool.TryParse(text, out var on) ? (JsonSerializer.SerializeToElement(on), null) : (null, $"{Name} is on or off.");
            case FieldKind.Choice:
                return Choices.Contains(text, StringComparer.Ordinal) ? (JsonSerializer.SerializeToElement(JsonNamingPolicy.CamelCase.ConvertName(text)), null) : (null, $"{Name} is one of {string.Join(", ", Choices)}.");
            case FieldKind.Whole:
                return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? (JsonSerializer.SerializeToElement(whole), null) : (null, $"{Name} must be a whole number.");
            case FieldKind.Number:
                return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? (JsonSerializer.SerializeToElement(number), null) : (null, $"{Name} must be a number.");
            default:
                List<double> values = [];
                foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                {
                    if (!double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value)) return (null, $"{Name} must be numbers parted by commas.");
                    values.Add(value);
                }
                return (JsonSerializer.SerializeToElement(values), null);
        }
    }

    private static string? Bound(object? value) => value is null ? null : Convert.ToString(value, CultureInfo.InvariantCulture);

    private static FieldKind KindOf(Type type) =>
        type == typeof(bool) ? FieldKind.Switch
        : type.IsEnum ? FieldKind.Choice
        : type == typeof(string) ? FieldKind.Text
        : type == typeof(int) || type == typeof(long) ? FieldKind.Whole
        : type == typeof(double) || type == typeof(float) || type == typeof(decimal) ? FieldKind.Number
        : typeof(IEnumerable).IsAssignableFrom(type) ? FieldKind.List
        : throw new NotSupportedException($"A form has no field for the type {type.Name}.");
}
