using System.ComponentModel.DataAnnotations;
using System.Numerics.Tensors;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Neighbours;

namespace RecLab.Recommenders.Models.Content;

/// <summary>Options of <see cref="Topics"/>.</summary>
public sealed record TopicsOptions : RecommenderOptions
{
    [Display(Name = "Topics", Description = "Topics the descriptions are mixtures of.", Order = 1), Range(1, 1000), Tunable(10, 300, Log = true)]
    public int Count { get; init; } = 100;

    [Display(Name = "Rounds", Description = "Times topics and mixtures are fitted in turn.", Order = 2), Range(1, 1000), Tunable(20, 200, Log = true), Budget]
    public int Rounds { get; init; } = 50;

    [Display(Name = "Title", Description = "Weight of the words of the title; 0 leaves them out.", Order = 3), Range(0, 100), Tunable(0, 3)]
    public double TitleWeight { get; init; } = 0.5;

    [Display(Name = "Categories", Description = "Weight of the categories.", Order = 4), Range(0, 100), Tunable(0, 3)]
    public double CategoryWeight { get; init; } = 1;

    [Display(Name = "Attributes", Description = "Weight of other attributes such as director or brand.", Order = 5), Range(0, 100), Tunable(0, 3)]
    public double AttributeWeight { get; init; } = 1;

    [Display(Name = "Description", Description = "Weight of the words of the description.", Order = 6), Range(0, 100), Tunable(0, 3)]
    public double DescriptionWeight { get; init; } = 0.5;

    [Display(Name = "Commonest term", Description = "Terms of more than this share of items are left out, 0 to 1.", Order = 7), Range(0.001, 1)]
    public double MostShare { get; init; } = 0.5;

    [Display(Name = "Memory", Description = "Touches after which an item counts half in a profile; 0 counts all alike.", Order = 8), Range(0, 100_000), Tunable(5, 500, Log = true)]
    public double HalfLife { get; init; } = 20;
}

/// <summary>Recommends what is about the same topics: with V the items by their tf-idf terms (<see cref="TermMatrix"/>), V is taken apart into W H without negative numbers, W the mixture of topics of
/// each item and H the terms of each topic; a person is the decayed mean of the unit mixtures of the items touched, the score is the cosine.</summary>
/// <remarks>Xu, Liu and Gong, "Document Clustering Based on Non-negative Matrix Factorization", SIGIR 2003; the multiplicative steps are those of Lee and Seung, "Algorithms for Non-negative Matrix
/// Factorization", NIPS 2001, theorem 1: <c>W *= V H' / (W H H')</c> and <c>H *= W' V / (W' W H)</c>, which never raise |V - W H|^2. The curve is that distance over |V|^2.</remarks>
public sealed class Topics(TopicsOptions options) : IRecommender
{
    private HistoryWeights Memory => new(options.HalfLife == 0 ? 1 : Math.Pow(0.5, 1 / options.HalfLife));

    public IModel Train(Interactions data, TrainingContext context)
    {
        context.Report(0, "reading descriptions");
        var terms = TermMatrix.Of(data, new()
        {
            TitleWeight = options.TitleWeight, CategoryWeight = options.CategoryWeight, AttributeWeight = options.AttributeWeight, DescriptionWeight = options.DescriptionWeight, MostShare = options.MostShare,
        }, context.Cancellation);
        if (terms.Count == 0) throw new TrainingException("No item of this data set has a title, category, attribute or description whose words another item shares, so there are no topics.");
        var random = new Random(context.Seed);
        var (mixtures, topics) = (Positive(terms.Rows, random), Positive(terms.Columns, random)); // H is kept by terms: terms x topics
        var byTerm = terms.Transpose();
        var norm = (double)TensorPrimitives.SumOfSquares(terms.AllValues);
        for (var round = 1; round <= options.Rounds; round++)
        {
            Step(mixtures, topics, terms, context.Cancellation);
            var left = norm - Step(topics, mixtures, byTerm, context.Cancellation);
            context.Progress.Report(new((double)round / options.Rounds, $"round {round} of {options.Rounds}") { Epoch = round, Curve = new Dictionary<string, double> { ["unexplained"] = left / norm } });
        }
        return new VectorProfileModel(data.Users, data.Items, mixtures, options.Count, Memory);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items) =>
        new VectorProfileModel(users, items, SafeTensors.Read(artifact).Floats("vectors", (long)items.Count * options.Count), options.Count, Memory);

    private float[] Positive(int rows, Random random)
    {
        var all = new float[rows * options.Count];
        foreach (ref var value in all.AsSpan()) value = 0.05f + random.NextSingle();
        return all;
    }

    /// <summary>One side's step, row by row; a row without terms becomes zero.</summary>
    /// <returns>2 V . W H - |W H|^2 before the step, which is |V|^2 - |V - W H|^2.</returns>
    private double Step(float[] side, float[] other, SparseMatrix cells, CancellationToken cancellation)
    {
        var width = options.Count;
        var gram = new float[width * width];
        for (var row = 0; row < other.Length; row += width)
        {
            var x = other.AsSpan(row, width);
            for (var f = 0; f < width; f++) if (x[f] != 0) TensorPrimitives.MultiplyAdd(x, x[f], gram.AsSpan(f * width, width), gram.AsSpan(f * width, width));
        }
        float[] asked = new float[width], said = new float[width];
        double explained = 0;
        for (var row = 0; row < cells.Rows; row++)
        {
            if (row % 64 == 0) cancellation.ThrowIfCancellationRequested();
            var own = side.AsSpan(row * width, width);
            var columns = cells.ColumnsOf(row);
            var values = cells.ValuesOf(row);
            Array.Clear(asked);
            Array.Clear(said);
            for (var k = 0; k < columns.Length; k++) TensorPrimitives.MultiplyAdd(other.AsSpan(columns[k] * width, width), values[k], asked, asked);
            for (var f = 0; f < width; f++) if (own[f] != 0) TensorPrimitives.MultiplyAdd(gram.AsSpan(f * width, width), own[f], said, said);
            explained += 2 * (double)TensorPrimitives.Dot<float>(own, asked) - TensorPrimitives.Dot<float>(own, said);
            for (var f = 0; f < width; f++) own[f] = said[f] > 1e-20f ? own[f] * (asked[f] / said[f]) : 0;
        }
        return explained;
    }
}
