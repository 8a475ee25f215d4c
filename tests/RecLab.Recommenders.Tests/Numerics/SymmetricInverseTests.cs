using RecLab.Recommenders.Numerics;
using Xunit;

namespace RecLab.Recommenders.Tests.Numerics;

public sealed class SymmetricInverseTests
{
    /// <summary>Sizes around the block of 192 pivots and the panel of 32 columns.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(192)]
    [InlineData(193)]
    [InlineData(450)]
    public void The_product_with_the_inverse_is_the_identity(int n)
    {
        var original = Positive(n);
        var inverse = Copy(original);
        var seen = new List<double>();
        Assert.True(SymmetricInverse.Invert(inverse, new() { Threads = 2 }, seen.Add));
        Assert.Equal(1, seen[^1]);
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
            {
                var sum = 0.0;
                for (var k = 0; k < n; k++) sum += (double)original[i][k] * inverse[k][j];
                Assert.Equal(i == j ? 1 : 0, sum, 1e-4);
                Assert.Equal(inverse[i][j], inverse[j][i]);
            }
    }

    [Fact]
    public void A_matrix_that_is_not_positive_definite_is_noticed()
    {
        var a = Positive(200);
        a[150][150] = -1;
        Assert.False(SymmetricInverse.Invert(a, new()));
    }

    [Fact]
    public void Threads_change_nothing()
    {
        SymmetricMatrix one = Positive(300), three = Positive(300);
        SymmetricInverse.Invert(one, new() { Threads = 1 });
        SymmetricInverse.Invert(three, new() { Threads = 3 });
        for (var i = 0; i < 300; i++) Assert.Equal(one[i].ToArray(), three[i].ToArray());
    }

    /// <summary>M'M / n + I of random M.</summary>
    private static SymmetricMatrix Positive(int n)
    {
        var random = new Random(n);
        var m = new float[n, n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++) m[i, j] = (float)(random.NextDouble() - 0.3);
        var a = new SymmetricMatrix(n);
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
            {
                var sum = 0.0;
                for (var k = 0; k < n; k++) sum += (double)m[k, i] * m[k, j];
                a[i][j] = (float)(sum / n) + (i == j ? 1 : 0);
            }
        return a;
    }

    private static SymmetricMatrix Copy(SymmetricMatrix a)
    {
        var copy = new SymmetricMatrix(a.Size);
        for (var i = 0; i < a.Size; i++) a[i].CopyTo(copy[i]);
        return copy;
    }
}
