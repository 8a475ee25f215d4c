using RecLab.Recommenders;
using RecLab.Recommenders.Data;

namespace RecLab.Serving;

/// <summary>One model version on the shelf with everything a list needs. Immutable: a request takes it once and uses nothing else, so a list never mixes versions.</summary>
/// <param name="VariantId">The variant it belongs to.</param>
/// <param name="Key">The variant's key.</param>
/// <param name="Family">Key in the recommender catalogue.</param>
/// <param name="RunId">The run that made it.</param>
/// <param name="Version">The variant's version number.</param>
/// <param name="Model">Scores.</param>
/// <param name="Past">What users did before the hidden truth: their history when they come.</param>
public sealed record ShelvedModel(int VariantId, string Key, string Family, int RunId, int Version, IModel Model, Interactions Past)
{
    public Catalogue Catalogue => Past.Catalogue;

    /// <summary>Answers one question, so that the first visitor does not pay for loading and compiling.</summary>
    public void Warm()
    {
        var scores = new float[Model.Items.Count];
        var history = Past.Users.Count > 0 ? Past.History(0) : [];
        Model.Score(new Query(Past.Users.Count > 0 ? 0 : -1, history), scores);
        Model.Score(new Query(-1, history), scores);
        Ranker.Top(scores, 10);
    }
}
