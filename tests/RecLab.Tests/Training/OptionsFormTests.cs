using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Models.Als;
using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Training;

public sealed class OptionsFormTests
{
    private static readonly RecommenderFamily Als = RecommenderCatalog.Get("als");

    [Fact]
    public void Starts_from_the_defaults_of_the_record_with_its_names_and_ranges()
    {
        var form = OptionsForm.For(Als);
        var factors = form.Fields[0];
        Assert.Equal(("Factors", FieldKind.Whole, "64", "1", "1024"), (factors.Name, factors.Kind, factors.Default, factors.Low, factors.High));
        Assert.Equal(FieldKind.Choice, form.Fields.Single(f => f.Key == nameof(ImplicitAlsOptions.Solver)).Kind);
        Assert.True(form.TryRead(out var options));
        Assert.Equal(new ImplicitAlsOptions(), options);
    }

    [Fact]
    public void What_is_typed_becomes_options_and_comes_back_from_their_json()
    {
        var form = OptionsForm.For(Als);
        (form["Factors"], form["Regularization"], form["Solver"]) = ("32", "0.5", "Cholesky");
        Assert.True(form.TryRead(out var options));
        Assert.Equal(new ImplicitAlsOptions { Factors = 32, Regularization = 0.5, Solver = AlsSolver.Cholesky }, options);
        Assert.Equal("32", OptionsForm.For(Als, OptionsJson.Write(options))["Factors"]);
    }

    [Theory]
    [InlineData("Factors", "many", "must be a whole number")]
    [InlineData("Factors", "0", "between 1 and 1024")]
    [InlineData("Factors", "1.5", "must be a whole number")]
    [InlineData("Regularization", "NaN", "must be a number")]
    [InlineData("Regularization", "", "must be a number")]
    [InlineData("Solver", "Magic", "is one of ConjugateGradient, Cholesky")]
    [InlineData("Factors", "99999999999999999999", "must be a whole number")]
    public void A_wrong_value_is_kept_and_explained_at_its_field(string field, string text, string why)
    {
        var form = OptionsForm.For(Als);
        form[field] = text;
        Assert.False(form.TryRead(out _));
        Assert.Contains(why, form.Faults[field]);
        Assert.Equal(text, form[field]);
    }

    [Theory]
    [InlineData("""{"factors":0}""", "between 1 and 1024")]
    [InlineData("""{"size":3}""", "'size' is unknown")]
    [InlineData("""{"factors":"8"}""", "'factors' is unknown or has a value of the wrong kind")]
    [InlineData("""{"factors":""", "well-formed")]
    [InlineData("null", "null")]
    public void Json_that_describes_no_options_is_refused_in_one_sentence(string json, string why) =>
        Assert.Contains(why, Assert.Throws<OptionsException>(() => OptionsJson.Read(Als, json)).Message);

    [Fact]
    public void Every_family_of_the_catalogue_has_a_form_whose_defaults_are_valid()
    {
        foreach (var family in RecommenderCatalog.All)
        {
            var form = OptionsForm.For(family);
            Assert.True(form.TryRead(out var options), $"{family.Key}: {string.Join(" ", form.Faults.Values)}");
            Assert.Equal(family.Defaults, options);
            Assert.All(form.Fields, f => Assert.True(f.Description.Length > 0, $"{family.Key}.{f.Key} has no description."));
        }
    }
}
