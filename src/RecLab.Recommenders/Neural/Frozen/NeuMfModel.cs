using System.Numerics.Tensors;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Neural.Frozen;

/// <summary>A served sum of a dot product and a perceptron: NeuMF, whose item vectors carry the last layer's weights, and the families over attributes.</summary>
/// <param name="family">The family's key, written into the artifact.</param>
internal sealed class NeuMfModel(VectorModel product, DeepMlpModel tower, string family = "neumf") : IScenarioModel
{
    public Vocabulary Users => product.Users;
    public Vocabulary Items => product.Items;
    public Vocabulary Scenarios => tower.Scenarios;

    public bool Score(Query query, Span<float> scores)
    {
        var more = new float[scores.Length];
        if (!tower.Score(query, more)) return false;
        if (!product.Score(query, scores)) product.Bias.CopyTo(scores); // the product has nothing to say of this user
        TensorPrimitives.Add(scores, more, scores);
        return true;
    }

    public void Save(Stream stream)
    {
        var file = new SafeTensors();
        file.Metadata["model"] = family;
        product.Write(file, "product.");
        tower.Write(file, "tower.");
        file.Write(stream);
    }

    /// <exception cref="InvalidDataException">Damaged, of another model, or of other vocabularies.</exception>
    public static NeuMfModel Load(Stream artifact, Vocabulary users, Vocabulary items, string family = "neumf")
    {
        var file = SafeTensors.Read(artifact);
        if (file.Metadata.GetValueOrDefault("model") != family) throw new InvalidDataException($"The artifact is not of the family '{family}'.");
        return new(VectorModel.Read(file, "product.", users, items, family), DeepMlpModel.Read(file, "tower.", users, items), family);
    }
}
