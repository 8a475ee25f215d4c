using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Neighbours;

namespace RecLab.Recommenders.Models.Content;

/// <summary>Options of <see cref="ContentVectors"/>.</summary>
public sealed record ContentVectorsOptions : RecommenderOptions
{
    [Display(Name = "Memory", Description = "Touches after which an item counts half in a profile; 0 counts all alike.", Order = 1), Range(0, 100_000), Tunable(5, 500, Log = true)]
    public double HalfLife { get; init; } = 20;
}

/// <summary>Recommends by given item vectors (the vector column of the catalogue: image or text embeddings made elsewhere): a person is the decayed mean of
/// the unit vectors of the items touched, the score is the cosine.</summary>
public sealed class ContentVectors(ContentVectorsOptions options) : IRecommender
{
    private HistoryWeights Memory => new(options.HalfLife == 0 ? 1 : Math.Pow(0.5, 1 / options.HalfLife));

    public IModel Train(Interactions data, TrainingContext context)
    {
        context.Report(0, "reading vectors");
        var given = data.Items.Ids.Select(id => data.Catalogue[id].Vector).ToArray();
        var width = given.FirstOrDefault(v => v is { Length: > 0 })?.Length ?? throw new TrainingException("No item of this data set has a vector; give the items a vector column.");
        var vectors = new float[checked(given.Length * width)];
        for (var i = 0; i < given.Length; i++)
        {
            if (given[i] is not { Length: > 0 } vector) continue;
            if (vector.Length != width) throw new TrainingException($"The vector of item '{data.Items[i]}' has {vector.Length} numbers, the first has {width}.");
            vector.CopyTo(vectors, i * width);
        }
        context.Report(1, "read vectors");
        return new VectorProfileModel(data.Users, data.Items, vectors, width, Memory);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items)
    {
        var arrays = SafeTensors.Read(artifact);
        var width = arrays.TryGetValue("vectors", out var vectors) && vectors.Shape is [var rows, > 0 and var columns] && rows == items.Count ? (int)columns : throw new InvalidDataException("The artifact belongs to another vocabulary of items.");
        return new VectorProfileModel(users, items, arrays.Floats("vectors", (long)items.Count * width), width, Memory);
    }
}
