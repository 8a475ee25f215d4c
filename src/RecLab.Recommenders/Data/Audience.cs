namespace RecLab.Recommenders.Data;

/// <summary>What is known of one user beyond the id.</summary>
/// <param name="Id">The outside id.</param>
/// <param name="Attributes">Values by attribute name: "age" = "25-34". Names are lower case.</param>
public sealed record UserInfo(string Id, IReadOnlyDictionary<string, string> Attributes);

/// <summary>The users' attributes by outside id, the counterpart of <see cref="Catalogue"/>. Immutable.</summary>
public sealed class Audience
{
    private readonly Dictionary<string, UserInfo> _users = new(StringComparer.Ordinal);

    public Audience(IEnumerable<UserInfo> users)
    {
        foreach (var user in users) _users[user.Id] = user;
    }

    /// <summary>Nothing is known of any user.</summary>
    public static Audience Empty { get; } = new([]);

    public int Count => _users.Count;
    public IEnumerable<UserInfo> Users => _users.Values;

    /// <summary>The names of all attributes, in ordinal order.</summary>
    public IReadOnlyList<string> AttributeNames => field ??= [.. _users.Values.SelectMany(u => u.Attributes.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>One attribute of one user, or null where it is unknown.</summary>
    public string? this[string id, string attribute] => _users.TryGetValue(id, out var user) ? user.Attributes.GetValueOrDefault(attribute) : null;
}
