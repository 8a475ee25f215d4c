using RecLab.Recommenders.Data;

namespace RecLab.Recommenders.Evaluation;

/// <summary>Interactions cut into what may be learnt from and what is asked afterwards. All parts share the vocabularies and no row is in two. Immutable.</summary>
public sealed class Split
{
    private readonly Lazy<Interactions> _known, _past;

    /// <param name="train">What models learn from.</param>
    /// <param name="validation">For early stopping and for choosing hyper-parameters; null for none.</param>
    /// <param name="test">What models are judged by; never used for a choice.</param>
    /// <param name="hidden">Rows no model and no metric sees: the truth of simulated visitors; null for none.</param>
    /// <param name="context">Rows known of users when the test questions are asked, though nothing was trained on them (the beginnings of cold users); null for none.</param>
    public Split(Interactions train, Interactions? validation, Interactions test, Interactions? hidden = null, Interactions? context = null)
    {
        Train = train;
        Test = test;
        Validation = validation ?? train.Where(_ => false);
        Hidden = hidden ?? train.Where(_ => false);
        Context = context ?? train.Where(_ => false);
        _known = new(() => Together(Together(Train, Validation), Context));
        _past = new(() => Together(Known, Test));
    }

    public Interactions Train { get; }
    public Interactions Validation { get; }
    public Interactions Test { get; }
    public Interactions Hidden { get; }
    public Interactions Context { get; }

    /// <summary>What is known when the test questions are asked: train, validation and context.</summary>
    public Interactions Known => _known.Value;

    /// <summary>What lies before the hidden truth: known and test. A simulated visitor who comes in the time of the hidden truth has this history; models
    /// are asked with it, though trained on less.</summary>
    public Interactions Past => _past.Value;

    /// <summary>The same cut with validation as the question: what a search over hyper-parameters may look at.</summary>
    public Split ForTuning() => new(Train, null, Validation);

    /// <summary>Train and validation alone: whoever is given this cannot look at a test or hidden row.</summary>
    public Split WithoutTest() => new(Train, Validation, Train.Where(_ => false));

    private static Interactions Together(Interactions a, Interactions b) => b.Count == 0 ? a : new(a.Users, a.Items,
        [.. a.User, .. b.User], [.. a.Item, .. b.Item], [.. a.Value, .. b.Value], [.. a.Time, .. b.Time], a.Catalogue, a.Audience);
}
