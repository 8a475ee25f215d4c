using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using RecLab.Recommenders.Catalog;

namespace RecLab.Training;

/// <summary>Options records as the JSON that variants and runs store; what is missing takes its default, what is unknown or out of range is refused.</summary>
public static class OptionsJson
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        NumberHandling = JsonNumberHandling.Strict,
    };

    public static string Write(RecommenderOptions options) => JsonSerializer.Serialize(options, options.GetType(), Format);

    /// <exception cref="OptionsException">The JSON does not describe valid options of this family.</exception>
    public static RecommenderOptions Read(RecommenderFamily family, string json)
    {
        var options = Parse(family, json);
        var faults = Faults(options);
        return faults.Count == 0 ? options : throw new OptionsException(string.Join(" ", faults.Values));
    }

    /// <summary>As <see cref="Read"/>, without checking ranges.</summary>
    /// <exception cref="OptionsException">The JSON does not describe options of this family.</exception>
    public static RecommenderOptions Parse(RecommenderFamily family, string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return (RecommenderOptions?)document.Deserialize(family.OptionsType, Format) ?? throw new OptionsException($"These are no options of {family.Name}: the JSON is null.");
        }
        catch (JsonException e)
        {
            throw new OptionsException($"These are no options of {family.Name}: {Plain(e)}", e);
        }
    }

    /// <summary>What is wrong, one sentence by property name; empty when the options are valid.</summary>
    public static IReadOnlyDictionary<string, string> Faults(RecommenderOptions options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        var faults = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var result in results)
            foreach (var name in result.MemberNames.DefaultIfEmpty("")) faults.TryAdd(name, result.ErrorMessage ?? "This value is not allowed.");
        return faults;
    }

    private static string Plain(JsonException e) => e.Path is { Length: > 2 } path
        ? $"'{path[2..]}' is unknown or has a value of the wrong kind."
        : "this is not well-formed JSON.";
}

/// <summary>Options that cannot be used: one clear sentence.</summary>
public sealed class OptionsException(string message, Exception? inner = null) : Exception(message, inner);
