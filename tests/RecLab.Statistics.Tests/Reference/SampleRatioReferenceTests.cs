using RecLab.Statistics.Comparisons;
using Xunit;

namespace RecLab.Statistics.Tests.Reference;

public sealed class SampleRatioReferenceTests
{
    public static TheoryData<string> Srm => ReferenceCase.Ids("srm");

    [Theory, MemberData(nameof(Srm))]
    public void Agrees_with_the_published_case(string id)
    {
        var one = ReferenceCase.Get(id);
        long[] observed = [.. one.Inputs.GetProperty("observed_units").EnumerateArray().Select(n => n.GetInt64())];
        one.Check("srm_chi_square", () => SampleRatio.Test(observed, one.Inputs.GetProperty("planned_weights").Doubles()), test => new
        {
            chi_square = test.ChiSquare,
            degrees_of_freedom = test.Degrees,
            p_value = test.PValue,
            expected_units = test.Expected,
            mismatch_at_0_001 = test.IsMismatch(),
            mismatch_at_0_0005 = test.IsMismatch(0.0005),
        });
    }
}
