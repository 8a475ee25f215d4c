using RecLab.Statistics.Comparisons;

namespace RecLab.Statistics.SelfProof;

/// <summary>A guardrail whose true loss is exactly its margin of 5 %.</summary>
internal static class GuardrailProof
{
    public static IEnumerable<SelfTestResult> Prove(Simulation simulation)
    {
        var outcomes = simulation.Repeat(random =>
            NonInferiority.Test(Moments.Proportion(5000, random.NextBinomial(5000, 0.3)), Moments.Proportion(5000, random.NextBinomial(5000, 0.285)), margin: 0.05).Value.Outcome);
        yield return SelfTestResult.Equal("guardrail/passes", "Share of 30 % that truly loses its whole margin of 5 %", "5 % pass.", 0.05, outcomes.Select(o => o == GuardrailOutcome.Holds));
        yield return SelfTestResult.Equal("guardrail/alarms", "The same", "2.5 % raise the alarm.", 0.025, outcomes.Select(o => o == GuardrailOutcome.Breached));
    }
}
