using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Neighbours;

namespace RecLab.Recommenders.Models.Content;

/// <summary>What a term of a field counts for.</summary>
public enum TermWeight
{
    /// <summary>(1 + ln tf) ln(N / df): rare terms say more.</summary>
    TfIdf,

    /// <summary>How often it occurs (bag of words).</summary>
    Count,
}

/// <summary>Options of <see cref="ContentBased"/>.</summary>
public sealed record ContentOptions : RecommenderOptions
{
    [Display(Name = "Title", Description = "Weight of the words of the title; 0 leaves them out.", Order = 1), Range(0, 100), Tunable(0, 3)]
    public double TitleWeight { get; init; } = 0.5;

    [Display(Name = "Categories", Description = "Weight of the categories.", Order = 2), Range(0, 100), Tunable(0, 3)]
    public double CategoryWeight { get; init; } = 1;

    [Display(Name = "Attributes", Description = "Weight of other attributes such as director or brand.", Order = 3), Range(0, 100), Tunable(0, 3)]
    public double AttributeWeight { get; init; } = 1;

    [Display(Name = "Description", Description = "Weight of the words of the description.", Order = 4), Range(0, 100), Tunable(0, 3)]
    public double DescriptionWeight { get; init; } = 0.5;

    [Display(Name = "Memory", Description = "Touches after which an item counts half in a profile; 0 counts all alike.", Order = 5), Range(0, 100_000), Tunable(5, 500, Log = true)]
    public double HalfLife { get; init; } = 20;

    [Display(Name = "Rarest term", Description = "Terms of fewer items are left out.", Order = 6), Range(1, 1000)]
    public int FewestItems { get; init; } = 2;

    [Display(Name = "Commonest term", Description = "Terms of more than this share of items are left out, 0 to 1.", Order = 7), Range(0.001, 1)]
    public double MostShare { get; init; } = 0.5;

    [Display(Name = "Term weight", Description = "Rare terms say more (tf-idf), or every occurrence counts the same (bag of words).", Order = 8)]
    public TermWeight TermWeight { get; init; }
}

/// <summary>Recommends what reads like what somebody touched: items are vectors of the terms of their description, tf-idf or bag of words (<see cref="TermMatrix"/>), a person
/// is the decayed mean of the items touched, and the score is the cosine. Answers strangers with a history, and items nobody has touched yet.</summary>
/// <remarks>Lops, de Gemmis and Semeraro, "Content-based Recommender Systems: State of the Art and Trends", Recommender Systems Handbook 2011, section 3.3;
/// the profile is Rocchio's without negatives.</remarks>
public sealed class ContentBased(ContentOptions options) : IRecommender
{
    public IModel Train(Interactions data, TrainingContext context)
    {
        context.Report(0, "reading descriptions");
        var terms = TermMatrix.Of(data, options, context.Cancellation);
        if (terms.Count == 0) throw new TrainingException("No item of this data set has a title, category, attribute or description whose words another item shares, so there is no content to compare.");
        context.Report(1, "read descriptions");
        return new ContentModel(data.Users, data.Items, terms, Memory);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items)
    {
        var arrays = SafeTensors.Read(artifact);
        var columns = arrays.Ints("terms count", 1)[0];
        return new ContentModel(users, items, arrays.Sparse("terms", items.Count, columns), Memory);
    }

    private HistoryWeights Memory => new(options.HalfLife == 0 ? 1 : Math.Pow(0.5, 1 / options.HalfLife));
}

/// <summary>Unit vectors of items over terms.</summary>
internal sealed class ContentModel(Vocabulary users, Vocabulary items, SparseMatrix terms, HistoryWeights memory) : IModel
{
    public Vocabulary Users => users;
    public Vocabulary Items => items;

    public bool Score(Query query, Span<float> scores)
    {
        var profile = new float[terms.Columns];
        foreach (var (item, weight) in memory.Of(query))
        {
            var columns = terms.ColumnsOf(item);
            var values = terms.ValuesOf(item);
            for (var k = 0; k < columns.Length; k++) profile[columns[k]] += weight * values[k];
        }
        var length = MathF.Sqrt(System.Numerics.Tensors.TensorPrimitives.SumOfSquares<float>(profile));
        if (length == 0) return false;
        for (var i = 0; i < scores.Length; i++)
        {
            var columns = terms.ColumnsOf(i);
            var values = terms.ValuesOf(i);
            var sum = 0f;
            for (var k = 0; k < columns.Length; k++) sum += profile[columns[k]] * values[k];
            scores[i] = columns.IsEmpty ? float.NaN : sum / length;
        }
        return true;
    }

    public void Save(Stream stream)
    {
        var arrays = new SafeTensors { ["terms count"] = NamedArray.Of([terms.Columns]) };
        arrays.Put("terms", terms);
        arrays.Write(stream);
    }
}
