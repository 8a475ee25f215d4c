using System.ComponentModel.DataAnnotations;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Models;

/// <summary>Options of <see cref="Popularity"/>.</summary>
public sealed record PopularityOptions : RecommenderOptions
{
    /// <summary>Days after which a touch counts half; 0 counts every touch as 1.</summary>
    [Display(Name = "Half-life", Description = "Days after which an interaction counts half; 0 switches decay off."), Range(0, 36500), Tunable(1, 1000, Log = true)]
    public double HalfLifeDays { get; init; }
}

/// <summary>Score of an item = sum over its interactions of 2^(-(t_last - t) / half-life), or their number without decay.
/// The baseline every other variant is held against, and the last fallback.</summary>
public sealed class Popularity(PopularityOptions options) : IRecommender
{
    public IModel Train(Interactions data, TrainingContext context)
    {
        var score = new double[data.Items.Count];
        var last = data.Count == 0 ? 0 : data.Time[^1];
        var perSecond = options.HalfLifeDays > 0 ? Math.Log(2) / (options.HalfLifeDays * 86400) : 0;
        context.Cancellation.ThrowIfCancellationRequested();
        for (var i = 0; i < data.Count; i++) score[data.Item[i]] += perSecond == 0 ? 1 : Math.Exp(-perSecond * (last - data.Time[i]));
        context.Report(1, "counted");
        return new PopularityModel(data.Users, data.Items, [.. score.Select(s => (float)s)]);
    }

    public IModel Load(Stream artifact, Vocabulary users, Vocabulary items) =>
        new PopularityModel(users, items, SafeTensors.Read(artifact).Floats("score", items.Count));
}

internal sealed class PopularityModel(Vocabulary users, Vocabulary items, float[] score) : IModel
{
    public Vocabulary Users => users;
    public Vocabulary Items => items;

    public bool Score(Query query, Span<float> scores)
    {
        score.CopyTo(scores);
        return items.Count > 0;
    }

    public void Save(Stream stream) => new SafeTensors { ["score"] = NamedArray.Of(score) }.Write(stream);
}
