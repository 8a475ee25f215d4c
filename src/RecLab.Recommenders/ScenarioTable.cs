using System.Numerics.Tensors;
using System.Text.Json;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders;

/// <summary>One vector for each scenario and a last one for any other; what a served model adds to the user's side.</summary>
internal sealed class ScenarioTable
{
    private readonly float[] _vectors;

    /// <param name="vectors">Row-major, (names + 1) x width.</param>
    public ScenarioTable(Vocabulary names, float[] vectors, int width)
    {
        if (vectors.Length != (names.Count + 1) * width) throw new ArgumentException($"{names.Count} scenarios and the unknown one need {names.Count + 1} vectors of {width} numbers, got {vectors.Length} numbers.");
        (Names, _vectors, Width) = (names, vectors, width);
    }

    public Vocabulary Names { get; }
    public int Width { get; }

    /// <summary>Adds the vector of a scenario, of the unknown one where the number is none.</summary>
    public void AddTo(Span<float> user, int scenario) =>
        TensorPrimitives.Add(user, _vectors.AsSpan(((uint)scenario < (uint)Names.Count ? scenario : Names.Count) * Width, Width), user);

    public void Write(SafeTensors file, string prefix)
    {
        WriteNames(file, prefix, Names);
        file[prefix + "scenario.vector"] = NamedArray.Of(_vectors, Names.Count + 1, Width);
    }

    /// <summary>Null where the artifact has none, as those from before there were scenarios.</summary>
    /// <exception cref="InvalidDataException">Damaged.</exception>
    public static ScenarioTable? Read(SafeTensors file, string prefix, int width) =>
        ReadNames(file, prefix) is { } names ? new(names, file.Floats(prefix + "scenario.vector", (names.Count + 1L) * width), width) : null;

    public static void WriteNames(SafeTensors file, string prefix, Vocabulary names) => file.Metadata[prefix + "scenarios"] = JsonSerializer.Serialize(names.Ids);

    /// <exception cref="InvalidDataException">Damaged.</exception>
    public static Vocabulary? ReadNames(SafeTensors file, string prefix)
    {
        if (!file.Metadata.TryGetValue(prefix + "scenarios", out var text)) return null;
        try
        {
            return JsonSerializer.Deserialize<string[]>(text) is { Length: > 0 and <= ScenarioColumn.Most } names && !names.Contains(null) ? new(names)
                : throw new InvalidDataException("The artifact's scenarios have no names.");
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException)
        {
            throw new InvalidDataException("The artifact's scenarios cannot be read.", fault);
        }
    }
}
