using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace RecLab.Torch.Tests.Nn;

/// <summary>The layer against the product it stands for, values and gradients; few rows go on one thread, many are shared out.</summary>
public sealed class LinearTests
{
    [Theory]
    [InlineData(true, 3, 1), InlineData(false, 3, 1), InlineData(true, 700, 2), InlineData(false, 700, 2)]
    public void A_linear_layer_is_a_product_with_or_without_a_bias(bool hasBias, int rows, int threads)
    {
        Torch.Begin();
        torch.set_num_threads(threads);
        using var scope = NewDisposeScope();
        using var layer = nn.Linear(8, 5, hasBias);
        using var x = nn.Parameter(randn(rows, 8));
        Assert.Equal(hasBias, layer.bias is not null);
        Assert.Equal(hasBias ? 2 : 1, layer.parameters().Count());
        var weight = randn(rows, 5);

        var product = x.matmul(layer.weight.t());
        var expected = layer.bias is { } bias ? product + bias : product;
        (expected * weight).sum().backward();
        Parameter[] learnt = [x, .. layer.parameters()];
        var gradients = learnt.Select(p => p.grad!.data<float>().ToArray()).ToArray();
        using var optimizer = optim.SGD(learnt, 0);
        optimizer.zero_grad();

        var actual = layer.call(x);
        (actual * weight).sum().backward();
        Close(expected.data<float>().ToArray(), actual.data<float>().ToArray());
        for (var p = 0; p < learnt.Length; p++) Close(gradients[p], learnt[p].grad!.data<float>().ToArray());
    }

    [Fact]
    public void The_gradient_of_a_layer_without_a_bias_is_the_slope()
    {
        Torch.Begin();
        using var scope = NewDisposeScope();
        using var layer = nn.Linear(3, 2, hasBias: false);
        var x = tensor([1f, 2, -1, 0.5f, 0, 3], [2, 3]);
        layer.call(x).sum().backward();
        // d/dW sum(x W') is the sum of the rows of x, for each output.
        Assert.Equal([1.5f, 2, 2, 1.5f, 2, 2], layer.weight.grad!.data<float>().ToArray());
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public void Rows_of_another_width_are_one_sentence(bool hasBias)
    {
        Torch.Begin();
        using var scope = NewDisposeScope();
        using var layer = nn.Linear(8, 5, hasBias);
        var error = Assert.Throws<TorchException>(() => layer.call(ones(2, 7)));
        Assert.Equal("mat1 and mat2 shapes cannot be multiplied (2x7 and 8x5)", error.Message);
    }

    private static void Close(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), p => Assert.Equal(p.First, p.Second, 1e-4f * Math.Max(1, Math.Abs(p.First))));
    }
}
