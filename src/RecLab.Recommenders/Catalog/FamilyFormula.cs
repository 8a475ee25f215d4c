using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.RegularExpressions;

namespace RecLab.Recommenders.Catalog;

/// <summary>One family with its options and a number, written <c>als(Factors=32, Iterations=10):0.5</c>.</summary>
/// <param name="Number">What stands after the colon; 1 where nothing does.</param>
public sealed partial record FamilyFormula(RecommenderFamily Family, RecommenderOptions Options, double Number)
{
    /// <summary>Reads formulas parted by commas, semicolons or line ends.</summary>
    /// <exception cref="FormatException">A part is not written so, names no family or option, or a value is out of range; the message says which.</exception>
    public static IReadOnlyList<FamilyFormula> ParseAll(string text)
    {
        var parts = new List<FamilyFormula>();
        var at = 0;
        foreach (Match match in Part().Matches(text))
        {
            Refuse(text[at..match.Index]);
            parts.Add(Of(match.Groups["key"].Value, match.Groups["options"].Value, match.Groups["number"].Value));
            at = match.Index + match.Length;
        }
        Refuse(text[at..]);
        return parts;

        static void Refuse(string between)
        {
            if (between.Trim(' ', ',', ';', '\r', '\n', '\t') is { Length: > 0 } odd) throw new FormatException($"'{odd}' is not a part like als(Factors=32):0.5.");
        }
    }

    /// <summary>The defaults of a family with some options changed: "Factors=32, Solver=Cholesky".</summary>
    /// <exception cref="FormatException">As above.</exception>
    public static RecommenderOptions OptionsOf(RecommenderFamily family, string settings)
    {
        var options = family.Defaults;
        foreach (var setting in settings.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var sides = setting.Split('=', 2, StringSplitOptions.TrimEntries);
            var property = sides.Length == 2 ? family.OptionsType.GetProperty(sides[0]) : null;
            if (property is null) throw new FormatException($"{family.Name} has no option '{sides[0]}'; it has {string.Join(", ", family.OptionsType.GetProperties().Where(p => p.CanWrite).Select(p => p.Name))}.");
            property.SetValue(options, Value(property.PropertyType, sides[1], property.Name));
        }
        var wrong = new List<ValidationResult>();
        if (!Validator.TryValidateObject(options, new ValidationContext(options), wrong, validateAllProperties: true)) throw new FormatException($"{family.Name}: {wrong[0].ErrorMessage}");
        return options;
    }

    private static FamilyFormula Of(string key, string settings, string number)
    {
        var family = RecommenderCatalog.All.FirstOrDefault(f => f.Key == key) ?? throw new FormatException($"There is no recommender family '{key}'. Known: {string.Join(", ", RecommenderCatalog.All.Select(f => f.Key))}.");
        return new(family, OptionsOf(family, settings), number.Length == 0 ? 1 : double.Parse(number, CultureInfo.InvariantCulture));
    }

    private static object Value(Type type, string text, string name)
    {
        try
        {
            return type.IsEnum ? Enum.Parse(type, text, ignoreCase: true) : Convert.ChangeType(text, type, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is FormatException or OverflowException or InvalidCastException or ArgumentException)
        {
            throw new FormatException($"'{text}' is no value for {name}.", e);
        }
    }

    [GeneratedRegex(@"\b(?<key>[a-z][a-z0-9-]*)\s*(?:\((?<options>[^()]*)\))?\s*(?::\s*(?<number>\d+(?:\.\d+)?))?(?=\s*(?:[,;\r\n]|$))")]
    private static partial Regex Part();
}
