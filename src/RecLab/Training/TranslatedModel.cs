using RecLab.Recommenders;
using RecLab.Recommenders.Data;

namespace RecLab.Training;

/// <summary>A model asked in the numbers of another data set: users and items are carried over by their outside ids. What the model does not know it cannot score.</summary>
internal sealed class TranslatedModel : IScenarioModel
{
    private readonly IModel _model;
    private readonly int[] _user, _item;

    public TranslatedModel(IModel model, Vocabulary users, Vocabulary items)
    {
        (_model, Users, Items) = (model, users, items);
        _user = [.. users.Ids.Select(model.Users.IndexOf)];
        _item = [.. items.Ids.Select(model.Items.IndexOf)];
    }

    public Vocabulary Users { get; }
    public Vocabulary Items { get; }
    public Vocabulary Scenarios => _model is IScenarioModel { Scenarios: var own } ? own : Vocabulary.Empty;

    public bool Score(Query query, Span<float> scores)
    {
        var history = new List<int>(query.History.Length);
        foreach (var item in query.History.Span)
            if (_item[item] >= 0) history.Add(_item[item]);
        var own = new float[_model.Items.Count];
        if (!_model.Score(new(query.User < 0 ? -1 : _user[query.User], history.ToArray(), query.Item < 0 ? -1 : _item[query.Item], query.Scenario), own)) return false;
        for (var i = 0; i < _item.Length; i++) scores[i] = _item[i] < 0 ? float.NaN : own[_item[i]];
        return true;
    }

    public void Save(Stream stream) => _model.Save(stream);
}
