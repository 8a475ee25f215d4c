using System.Globalization;

namespace RecLab.Experiments;

/// <summary>How an attribute is compared with the values of a condition.</summary>
public enum ConditionKind { Is, IsNot, AtLeast, AtMost, Exists, Missing }

/// <summary>One targeting condition, as data. A missing attribute satisfies only <see cref="ConditionKind.IsNot"/> and <see cref="ConditionKind.Missing"/>.</summary>
/// <param name="Attribute">Name of an attribute of the request: "country", "device", "known".</param>
/// <param name="Values">Compared as text, case ignored, with any of them; for the two bounds the first, as a number in invariant writing.</param>
public sealed record Condition(string Attribute, ConditionKind Kind, IReadOnlyList<string> Values)
{
    /// <summary>Whether a user with these attributes matches.</summary>
    public bool Holds(IReadOnlyDictionary<string, string>? attributes)
    {
        var value = attributes is not null && attributes.TryGetValue(Attribute, out var found) ? found : null;
        return Kind switch
        {
            ConditionKind.Exists => value is not null,
            ConditionKind.Missing => value is null,
            ConditionKind.IsNot => value is null || !Named(value),
            ConditionKind.Is => value is not null && Named(value),
            ConditionKind.AtLeast => Number(value) >= Number(Values[0]),
            ConditionKind.AtMost => Number(value) <= Number(Values[0]),
            _ => throw new InvalidOperationException($"No rule for the condition kind {Kind}."),
        };
    }

    /// <summary>Why the condition makes no sense, or null.</summary>
    public string? Fault() => this switch
    {
        { Attribute: "" } => "A targeting condition needs the name of an attribute.",
        { Kind: ConditionKind.Exists or ConditionKind.Missing } => null,
        { Values.Count: 0 } => $"The condition on '{Attribute}' needs a value.",
        { Kind: ConditionKind.AtLeast or ConditionKind.AtMost } when double.IsNaN(Number(Values[0])) =>
            $"The condition on '{Attribute}' compares numbers, and '{Values[0]}' is none.",
        _ => null,
    };

    /// <summary>As a phrase: "country is DE or AT".</summary>
    public override string ToString() => Kind switch
    {
        ConditionKind.Is => $"{Attribute} is {string.Join(" or ", Values)}",
        ConditionKind.IsNot => $"{Attribute} is not {string.Join(" or ", Values)}",
        ConditionKind.AtLeast => $"{Attribute} is at least {Values[0]}",
        ConditionKind.AtMost => $"{Attribute} is at most {Values[0]}",
        ConditionKind.Exists => $"{Attribute} is known",
        _ => $"{Attribute} is not known",
    };

    private bool Named(string value)
    {
        foreach (var one in Values)
            if (string.Equals(one, value, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    private static double Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;
}
