using RecLab.Recommenders;
using RecLab.Recommenders.Data;

namespace RecLab.Serving.External;

/// <summary>Stands for the model where lists come from outside: it knows users and items and scores nothing.</summary>
internal sealed class Unscored(Vocabulary users, Vocabulary items) : IModel
{
    public Vocabulary Users => users;
    public Vocabulary Items => items;
    public bool Score(Query query, Span<float> scores) => false;
    public void Save(Stream stream) => throw new NotSupportedException("There is no model behind lists that come from outside.");
}
