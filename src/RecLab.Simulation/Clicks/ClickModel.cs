namespace RecLab.Simulation.Clicks;

/// <summary>What a visitor did with one position of a list.</summary>
public readonly record struct Reaction(bool Examined, bool Clicked);

/// <summary>How a visitor goes through a list: which positions are looked at and which are clicked.</summary>
public abstract class ClickModel
{
    /// <summary>Probability that a position is looked at, ranks 1..10: .68 .61 .48 .34 .28 .20 .11 .10 .08 .06, the curve of the ULTRA toolbox
    /// (ULTR-Community/ULTRA_pytorch, click_models.py) from the eye tracking of Joachims et al., SIGIR 2005.</summary>
    public static readonly double[] PublishedExamination = [.68, .61, .48, .34, .28, .20, .11, .10, .08, .06];

    /// <summary>Reacts to a list.</summary>
    /// <param name="attraction">P(click given examined) of each position, 0..1, best position first.</param>
    /// <param name="draw">Uniform numbers in [0, 1): draw(position, purpose), where a purpose is 0 for looking, 1 for clicking, 2 for stopping.</param>
    public abstract Reaction[] React(ReadOnlySpan<double> attraction, Func<int, int, double> draw);

    /// <summary>The models a simulation may name.</summary>
    public static IReadOnlyList<string> Names { get; } = ["position", "cascade", "dependent", "bayesian"];

    /// <summary>Makes a model.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static ClickModel Of(string name) => name switch
    {
        "position" => new PositionBased(),
        "cascade" => new Cascade(),
        "dependent" => new DependentClick(),
        "bayesian" => new DynamicBayesian(),
        _ => throw new ArgumentException($"There is no click model '{name}'. Known: {string.Join(", ", Names)}."),
    };
}

/// <summary>Position-based model: P(click at k) = examination[k]^eta x attraction (Craswell et al., WSDM 2008, section 3; curve see
/// <see cref="ClickModel.PublishedExamination"/>). Beyond the curve's end the last value is used.</summary>
/// <param name="eta">Strength of the position bias, 0 none, 1 as published.</param>
public sealed class PositionBased(double eta = 1) : ClickModel
{
    /// <summary>P(examined) at a rank counted from 0.</summary>
    public double Examination(int rank) => Math.Pow(PublishedExamination[Math.Min(rank, PublishedExamination.Length - 1)], eta);

    public override Reaction[] React(ReadOnlySpan<double> attraction, Func<int, int, double> draw)
    {
        var reactions = new Reaction[attraction.Length];
        for (var k = 0; k < attraction.Length; k++)
        {
            var examined = draw(k, 0) < Examination(k);
            reactions[k] = new(examined, examined && draw(k, 1) < attraction[k]);
        }
        return reactions;
    }
}

/// <summary>Cascade model: from the top down, click the first attractive item and stop (Craswell et al., WSDM 2008, section 3).</summary>
public sealed class Cascade : ClickModel
{
    public override Reaction[] React(ReadOnlySpan<double> attraction, Func<int, int, double> draw)
    {
        var reactions = new Reaction[attraction.Length];
        for (var k = 0; k < attraction.Length; k++)
        {
            var clicked = draw(k, 1) < attraction[k];
            reactions[k] = new(true, clicked);
            if (clicked) break;
        }
        return reactions;
    }
}

/// <summary>Dependent click model: from the top down; after a click stop with probability <paramref name="stop"/>, else go on (Guo, Liu, Wang, WSDM 2009).
/// Stopping is drawn after clicks only.</summary>
public sealed class DependentClick(double stop = 0.5) : ClickModel
{
    public override Reaction[] React(ReadOnlySpan<double> attraction, Func<int, int, double> draw)
    {
        var reactions = new Reaction[attraction.Length];
        for (var k = 0; k < attraction.Length; k++)
        {
            var clicked = draw(k, 1) < attraction[k];
            reactions[k] = new(true, clicked);
            if (clicked && draw(k, 2) < stop) break;
        }
        return reactions;
    }
}

/// <summary>Dynamic Bayesian network: from the top down; a clicked item satisfies with probability satisfaction x attraction, and the satisfied visitor stops;
/// the others look at the next position with probability perseverance (Chapelle and Zhang, WWW 2009, section 3, s_u tied to a_u).</summary>
/// <param name="satisfaction">P(satisfied given clicked) of a perfect item, 0..1.</param>
/// <param name="perseverance">gamma: P(looking on given not satisfied), 0..1.</param>
public sealed class DynamicBayesian(double satisfaction = 0.8, double perseverance = 0.9) : ClickModel
{
    public override Reaction[] React(ReadOnlySpan<double> attraction, Func<int, int, double> draw)
    {
        var reactions = new Reaction[attraction.Length];
        for (var k = 0; k < attraction.Length; k++)
        {
            if (k > 0 && draw(k, 0) >= perseverance) break;
            var clicked = draw(k, 1) < attraction[k];
            reactions[k] = new(true, clicked);
            if (clicked && draw(k, 2) < satisfaction * attraction[k]) break;
        }
        return reactions;
    }
}
