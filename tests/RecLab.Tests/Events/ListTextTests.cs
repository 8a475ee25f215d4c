using System.Text.Json;
using RecLab.Events;
using Xunit;

namespace RecLab.Tests.Events;

public sealed class ListTextTests
{
    [Fact]
    public void Items_and_propensities_read_back_as_they_were()
    {
        string[] items = ["a", "with \"quotes\"", "été", ""];
        double[] propensities = [0.1, 1.0 / 3, 1, 1e-12];
        var text = ListText.Of(items, propensities);
        Assert.Equal(items, JsonSerializer.Deserialize<string[]>(text.Items));
        Assert.Equal(propensities, JsonSerializer.Deserialize<double[]>(text.Propensities));
    }

    [Fact]
    public void An_empty_list_is_two_empty_arrays() => Assert.Equal("[][]", System.Text.Encoding.UTF8.GetString([.. ListText.Of([], []).Items, .. ListText.Of([], []).Propensities]));
}
