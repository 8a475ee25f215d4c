using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Factors;
using RecLab.Recommenders.Neural.Batches;
using RecLab.Recommenders.Neural.Frozen;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RecLab.Recommenders.Neural.Models;

/// <summary>How large the deep part over ids and attributes is.</summary>
internal sealed record AttributeTowerShape(int Width, int HiddenWidth, int HiddenLayers, double Dropout);

/// <summary>Vectors of users, items and the values of their attributes, and a perceptron over them. A side is its id's vector beside the sum of its attributes' (a list of n values of one
/// attribute counts 1 / sqrt n each).</summary>
internal sealed class AttributeTower : nn.Module
{
    private readonly Interactions _train;
    private readonly Embedding user, item;
    private readonly Parameter value;
    private readonly ScenarioRows? _scenarios;
    private readonly Parameter? scenario;
    private readonly Tensor ofUsers, ofItems;
    private readonly Linear fromUser, fromItem, head;
    private readonly ModuleList<Linear> layers;
    private readonly Dropout drop;

    public AttributeTower(AttributeTowerShape shape, Interactions train) : base("AttributeTower")
    {
        _train = train;
        var features = new FmFeatures(train, withAttributes: true);
        // Column 0 belongs to nobody, so that a data set without attributes has a matrix too.
        var first = train.Users.Count + train.Items.Count;
        Values = features.Count - first + 1;
        (ofUsers, ofItems) = (Matrix(train.Users.Count, features.OfUser), Matrix(train.Items.Count, features.OfItem));
        register_buffer(nameof(ofUsers), ofUsers, persistent: false);
        register_buffer(nameof(ofItems), ofItems, persistent: false);
        user = Embedding(train.Users.Count, shape.Width);
        item = Embedding(train.Items.Count, shape.Width);
        value = Parameter(randn(Values, shape.Width) * 0.1);
        _scenarios = ScenarioRows.Of(train);
        if (_scenarios is not null) scenario = Parameter(randn(_scenarios.Count, shape.Width) * 0.1);
        var widths = Enumerable.Range(0, shape.HiddenLayers).Select(l => (long)Math.Max(1, shape.HiddenWidth >> l)).ToArray();
        fromUser = Linear(2 * shape.Width, widths[0]);
        fromItem = Linear(2 * shape.Width, widths[0], hasBias: false);
        layers = ModuleList(widths.Zip(widths.Skip(1), (from, to) => Linear(from, to)).ToArray());
        head = Linear(widths[^1], 1);
        drop = Dropout(shape.Dropout);
        RegisterComponents();
        init.normal_(user.weight, 0, 0.1);
        init.normal_(item.weight, 0, 0.1);

        Tensor Matrix(int rows, Func<int, ReadOnlySpan<(int Feature, float Value)>> active)
        {
            List<long> row = [], column = [];
            List<float> values = [];
            for (var r = 0; r < rows; r++)
                foreach (var (feature, share) in active(r))
                {
                    if (feature < first) continue; // the id itself
                    row.Add(r);
                    column.Add(feature - first + 1);
                    values.Add(share);
                }
            using var at = tensor([.. row, .. column], [2, row.Count]);
            using var of = tensor(values.ToArray(), [row.Count]);
            return sparse_coo_tensor(at, of, [rows, Values]);
        }
    }

    /// <summary>How many values of attributes there are, and one for nobody.</summary>
    public int Values { get; }

    /// <summary>Rows x values: which values the items have.</summary>
    public Tensor OfItems => ofItems;

    /// <summary>Rows x values: which values the users have.</summary>
    public Tensor OfUsers => ofUsers;

    public Tensor UserIds => user.weight;
    public Tensor ItemIds => item.weight;

    /// <summary>Users x width: the sums of the attributes' vectors.</summary>
    public Tensor UserAttributes() => mm(ofUsers, value);

    /// <summary>Items x width.</summary>
    public Tensor ItemAttributes() => mm(ofItems, value);

    /// <summary>Rows x width: the attributes of the rows' users, the scenario of the row among them.</summary>
    public Tensor UserAttributes(PairBatch batch, Tensor users)
    {
        var attributes = Kernels.Rows(UserAttributes(), users);
        return scenario is null ? attributes : attributes + Kernels.Rows(scenario, tensor(batch.Scenarios!, device: users.device));
    }

    /// <summary>What the scenarios add to a user's vector; null where the data name none.</summary>
    public ScenarioTable? Scenarios() => TableOf(scenario);

    /// <summary>A parameter of one row per scenario for another part of the model; null where the data name none.</summary>
    public Parameter? PerScenario(int width) => _scenarios is null ? null : Parameter(zeros([_scenarios.Count, width]));

    /// <summary>A table of what such a parameter has learnt.</summary>
    public ScenarioTable? TableOf(Tensor? perScenario) => perScenario is null ? null : _scenarios!.Table(perScenario.Copied(), (int)perScenario.shape[1]);

    /// <summary>The perceptron's score of every pair of a batch, rows x (1 + negatives).</summary>
    /// <param name="users">Rows x 2 width.</param>
    /// <param name="items">(Rows (1 + negatives)) x 2 width.</param>
    public Tensor Deep(Tensor users, Tensor items)
    {
        var rows = users.shape[0];
        var h = drop.call(F.relu(fromUser.call(users).unsqueeze(1) + fromItem.call(items).view(rows, items.shape[0] / rows, -1)));
        foreach (var layer in layers) h = drop.call(F.relu(layer.call(h)));
        return head.call(h).squeeze(-1);
    }

    /// <summary>The perceptron with each side's half of the first layer computed. Whoever was never seen is known by attributes alone; a user without either is all zero.</summary>
    public DeepMlpModel Freeze(Vocabulary users, Vocabulary items)
    {
        var (fromUsers, fromItems) = (fromUser.call(Side(UserIds, UserAttributes(), _train.ByUser)).Copied(), fromItem.call(Side(ItemIds, ItemAttributes(), _train.ByItem)).Copied());
        var width = fromUsers.Length / Math.Max(1, users.Count);
        var attributes = UserAttributes().Copied();
        var each = attributes.Length / Math.Max(1, users.Count);
        for (var u = 0; u < users.Count; u++)
            if (_train.ByUser.Size(u) == 0 && !attributes.AsSpan(u * each, each).ContainsAnyExcept(0f)) fromUsers.AsSpan(u * width, width).Clear();
        var one = new float[width * width];
        for (var d = 0; d < width; d++) one[d * width + d] = 1;
        return new(users, items, new(fromUsers, Audience.Of(_train, fromUsers, width), fromItems, one, new float[width], one,
            [.. layers.Append(head).Select(l => new DenseArrays(l.weight.Copied(), l.bias!.Copied()))], width,
            Scenarios: scenario is null ? null : TableOf(F.linear(cat([scenario * 0, scenario], 1), fromUser.weight))));
    }

    /// <summary>Rows x 2 width, with zero instead of an id that was never trained.</summary>
    private Tensor Side(Tensor ids, Tensor attributes, Grouping seen) => cat([Seen(ids, seen), attributes], 1);

    /// <summary>The learnt vectors, zero for whom nothing was learnt of.</summary>
    public static Tensor Seen(Tensor ids, Grouping seen) =>
        ids * tensor([.. Enumerable.Range(0, seen.Count).Select(k => seen.Size(k) > 0 ? 1f : 0f)], [seen.Count, 1], device: ids.device);

    /// <summary>What is learnt from.</summary>
    public Interactions Train => _train;

    public Grouping SeenUsers => _train.ByUser;
    public Grouping SeenItems => _train.ByItem;
}
