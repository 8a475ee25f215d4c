using RecLab.Statistics.Assignment;

namespace RecLab.Experiments;

/// <summary>A rollout made ready to answer for one user after the other; a pure function that allocates nothing.</summary>
public sealed class RunningRollout
{
    private readonly uint _seed;
    private readonly double _from, _share;
    private readonly Assignment _chosen, _before;

    public RunningRollout(Rollout rollout)
    {
        _seed = Fnv1a.Hash(rollout.Seed);
        (_from, _share) = (rollout.From, rollout.Share);
        Assignment Arm(int position, int variant, string reason) => new(rollout.ExperimentId, rollout.ExperimentKey, rollout.Phase, position, variant, reason);
        _chosen = Arm(1, rollout.VariantId, RouteReasons.Rollout) with { Propensity = _share };
        _before = Arm(0, rollout.BeforeVariantId, RouteReasons.Rollout) with { Propensity = 1 - _share };
        Before = Arm(0, rollout.BeforeVariantId, RouteReasons.StoreUnreadable);
    }

    /// <summary>What everybody gets while the store cannot be read; not counted.</summary>
    public Assignment Before { get; }

    /// <summary>What this user gets: arm 1 is the one that is rolled out, arm 0 what was there before.</summary>
    public Assignment Route(string unit)
    {
        var place = Bucketing.Hash(_seed, unit) - _from;
        if (place < 0) place += 1;
        return place < _share ? _chosen : _before;
    }
}
