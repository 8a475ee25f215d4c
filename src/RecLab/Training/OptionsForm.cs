using System.Text.Json;
using System.Text.Json.Nodes;
using RecLab.Recommenders.Catalog;

namespace RecLab.Training;

/// <summary>An options record while somebody fills it in: one text per field, so that what was typed is kept even when it is wrong.</summary>
public sealed class OptionsForm
{
    private readonly Dictionary<string, string> _texts;

    private OptionsForm(RecommenderFamily family, IReadOnlyList<OptionField> fields, RecommenderOptions options)
    {
        Family = family;
        Fields = fields;
        _texts = fields.ToDictionary(f => f.Key, f => f.Write(options), StringComparer.Ordinal);
    }

    public RecommenderFamily Family { get; }
    public IReadOnlyList<OptionField> Fields { get; }

    /// <summary>What is wrong, by field key, after <see cref="TryRead"/>.</summary>
    public IReadOnlyDictionary<string, string> Faults { get; private set; } = new Dictionary<string, string>();

    /// <summary>The text of a field.</summary>
    public string this[string key]
    {
        get => _texts[key];
        set => _texts[key] = _texts.ContainsKey(key) ? value : throw new KeyNotFoundException($"{Family.Name} has no option '{key}'.");
    }

    /// <summary>A form with the defaults of a family.</summary>
    public static OptionsForm For(RecommenderFamily family) => new(family, OptionField.Of(family), family.Defaults);

    /// <summary>A form with stored options.</summary>
    /// <exception cref="OptionsException">The JSON does not describe valid options of this family.</exception>
    public static OptionsForm For(RecommenderFamily family, string json) => new(family, OptionField.Of(family), OptionsJson.Read(family, json));

    /// <summary>Whether a field differs from its default.</summary>
    public bool IsChanged(OptionField field) => this[field.Key].Trim() != field.Default;

    /// <summary>The options, when every field is right; else <see cref="Faults"/> says what is wrong.</summary>
    public bool TryRead(out RecommenderOptions options)
    {
        var faults = new Dictionary<string, string>(StringComparer.Ordinal);
        var json = new JsonObject();
        foreach (var field in Fields)
        {
            var (value, fault) = field.Read(this[field.Key]);
            if (fault is not null) faults[field.Key] = fault;
            else json[JsonNamingPolicy.CamelCase.ConvertName(field.Key)] = JsonValue.Create(value);
        }
        options = Family.Defaults;
        if (faults.Count == 0)
        {
            try
            {
                options = OptionsJson.Parse(Family, json.ToJsonString());
                foreach (var (key, fault) in OptionsJson.Faults(options)) faults[key] = fault;
            }
            catch (OptionsException e)
            {
                faults[""] = e.Message;
            }
        }
        Faults = faults;
        return faults.Count == 0;
    }
}
