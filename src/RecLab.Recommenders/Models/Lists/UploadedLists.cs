using System.Text;
using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Models.Lists;

/// <summary>Lists that somebody else computed, one for each user they name. Nothing is learnt: the file is the model. A user without a list is not answered, and an item
/// outside a user's list has no score, so that a list is never padded.</summary>
public sealed class UploadedLists : IModel
{
    private readonly int[] _starts, _items;
    private readonly float[] _scores;

    /// <param name="users">The users with a list.</param>
    /// <param name="items">All items of the catalogue.</param>
    /// <param name="starts">Where each user's list begins in <paramref name="listed"/>; one more than users, the last is its length.</param>
    /// <param name="listed">Item indices of all lists one after another, best first.</param>
    /// <param name="scores">One for each, falling strictly within a list.</param>
    /// <exception cref="InvalidDataException">The arrays do not agree.</exception>
    internal UploadedLists(Vocabulary users, Vocabulary items, int[] starts, int[] listed, float[] scores)
    {
        if (starts.Length != users.Count + 1 || starts[0] != 0 || starts[^1] != listed.Length || scores.Length != listed.Length) throw new InvalidDataException("The lists' arrays do not agree in length.");
        for (var u = 0; u < users.Count; u++)
            if (starts[u + 1] < starts[u]) throw new InvalidDataException("The lists' starts do not rise.");
        foreach (var item in listed)
            if (item < 0 || item >= items.Count) throw new InvalidDataException("A list names an item that the catalogue lacks.");
        (Users, Items, _starts, _items, _scores) = (users, items, starts, listed, scores);
    }

    public Vocabulary Users { get; }
    public Vocabulary Items { get; }

    /// <summary>Items in all lists together.</summary>
    public int Count => _items.Length;

    public bool Score(Query query, Span<float> scores)
    {
        if (query.User < 0 || query.User >= Users.Count) return false;
        scores.Fill(float.NaN);
        for (var i = _starts[query.User]; i < _starts[query.User + 1]; i++) scores[_items[i]] = _scores[i];
        return _starts[query.User] < _starts[query.User + 1];
    }

    public void Save(Stream stream)
    {
        var ids = Encoding.UTF8.GetBytes(string.Join('\n', Users.Ids)); // an id holds no control character
        new SafeTensors { ["users"] = new("U8", [ids.Length], ids), ["starts"] = NamedArray.Of(_starts), ["items"] = NamedArray.Of(_items), ["scores"] = NamedArray.Of(_scores) }.Write(stream);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The stream is damaged or belongs to another catalogue.</exception>
    public static UploadedLists Load(Stream artifact, Vocabulary items)
    {
        var arrays = SafeTensors.Read(artifact);
        if (!arrays.TryGetValue("users", out var ids)) throw new InvalidDataException("The artifact has no array 'users'.");
        var users = new Vocabulary(ids.Bytes.Length == 0 ? [] : Encoding.UTF8.GetString(ids.Bytes).Split('\n'));
        return new(users, items, arrays.Ints("starts", users.Count + 1), arrays.Ints("items"), arrays.Floats("scores"));
    }
}
