using RecLab.Statistics.Distributions;
using Xunit;

namespace RecLab.Statistics.Tests.Reference;

public sealed class DistributionReferenceTests
{
    public static TheoryData<string> Distributions => ReferenceCase.Ids("distributions");

    [Theory, MemberData(nameof(Distributions))]
    public void Agrees_with_the_published_case(string id)
    {
        var one = ReferenceCase.Get(id);
        double In(string name) => ReferenceCase.Number(one.Inputs.GetProperty(name));
        one.Check("normal_cdf", () => Normal.Cdf(In("x")));
        one.Check("normal_sf", () => Normal.UpperTail(In("x")));
        one.Check("normal_quantile", () => Normal.Quantile(In("p")));
        one.Check("t_cdf", () => StudentT.Cdf(In("x"), In("df")));
        one.Check("t_sf", () => StudentT.UpperTail(In("x"), In("df")));
        one.Check("t_quantile", () => StudentT.Quantile(In("p"), In("df")));
        one.Check("chi2_sf", () => ChiSquare.UpperTail(In("x"), In("df")));
        one.Check("beta_cdf", () => Beta.Cdf(In("x"), In("a"), In("b")));
        one.Check("beta_quantile", () => Beta.Quantile(In("p"), In("a"), In("b")));
        one.Check("binomial_two_sided_p", () => Binomial.TwoSidedTest((long)In("successes"), (long)In("n"), In("p")));
    }
}
