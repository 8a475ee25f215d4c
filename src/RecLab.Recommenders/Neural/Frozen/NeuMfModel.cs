using System.Numerics.Tensors;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Neural.Frozen;

/// <summary>A served NeuMF: the sum of a dot product, whose item vectors carry the last layer's weights, and a perceptron.</summary>
internal sealed class NeuMfModel(VectorModel product, DeepMlpModel tower) : IModel
{
    public Vocabulary Users => product.Users;
    public Vocabulary Items => product.Items;

    public bool Score(Query query, Span<float> scores)
    {
        if (!product.Score(query, scores)) return false;
        var more = new float[scores.Length];
        if (!tower.Score(query, more)) return false;
        TensorPrimitives.Add(scores, more, scores);
        return true;
    }

    public void Save(Stream stream)
    {
        var file = new SafeTensors();
        file.Metadata["model"] = "neumf";
        product.Write(file, "product.");
        tower.Write(file, "tower.");
        file.Write(stream);
    }

    /// <exception cref="InvalidDataException">Damaged, of another model, or of other vocabularies.</exception>
    public static NeuMfModel Load(Stream artifact, Vocabulary users, Vocabulary items)
    {
        var file = SafeTensors.Read(artifact);
        if (file.Metadata.GetValueOrDefault("model") != "neumf") throw new InvalidDataException("The artifact is not a NeuMF.");
        return new(VectorModel.Read(file, "product.", users, items, "neumf"), DeepMlpModel.Read(file, "tower.", users, items));
    }
}
