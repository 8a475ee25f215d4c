namespace RecLab.Recommenders.Data.Import;

/// <summary>Collects accepted rows in columns that grow by blocks, so that a large import never holds a column twice.</summary>
internal sealed class InteractionBuilder
{
    private const int Block = 1 << 18;
    private readonly List<int[]> _user = [], _item = [];
    private readonly List<float[]> _value = [];
    private readonly List<long[]> _time = [];
    private readonly List<int[]> _scenario = []; // empty until a row names one
    private int _inBlock = Block;

    public VocabularyBuilder Users { get; } = new();
    public VocabularyBuilder Items { get; } = new();
    public VocabularyBuilder Scenarios { get; } = new();
    public int Count { get; private set; }

    /// <param name="scenario">Of <see cref="Scenarios"/>, or -1.</param>
    public void Add(int user, int item, float value, long time, int scenario = -1)
    {
        if (_inBlock == Block)
        {
            _user.Add(new int[Block]); _item.Add(new int[Block]); _value.Add(new float[Block]); _time.Add(new long[Block]);
            _inBlock = 0;
        }
        if (scenario >= 0 || _scenario.Count > 0) Name(scenario);
        _user[^1][_inBlock] = user;
        _item[^1][_inBlock] = item;
        _value[^1][_inBlock] = value;
        _time[^1][_inBlock++] = time;
        Count++;
    }

    /// <summary>The rows sorted by time. The builder is empty afterwards.</summary>
    public Interactions Build(Catalogue catalogue, Audience audience) =>
        new(Users.Build(), Items.Build(), Join(_user), Join(_item), Join(_value), Join(_time), catalogue, audience, _scenario.Count == 0 ? null : new(Scenarios.Build(), Join(_scenario)));

    private void Name(int scenario)
    {
        while (_scenario.Count < _user.Count)
        {
            var block = new int[Block];
            Array.Fill(block, -1);
            _scenario.Add(block);
        }
        _scenario[^1][_inBlock] = scenario;
    }

    private T[] Join<T>(List<T[]> blocks)
    {
        var column = new T[Count];
        for (var b = 0; b < blocks.Count; b++) blocks[b].AsSpan(0, Math.Min(Block, Count - b * Block)).CopyTo(column.AsSpan(b * Block));
        blocks.Clear();
        return column;
    }
}
