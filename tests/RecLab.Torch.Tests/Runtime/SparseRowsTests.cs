using Xunit;
using static TorchSharp.torch;

namespace RecLab.Torch.Tests.Runtime;

public sealed class SparseRowsTests
{
    [Theory]
    [InlineData(1), InlineData(16), InlineData(64), InlineData(83), InlineData(150)]
    public void The_product_and_its_gradient_are_those_of_the_matrix_written_out(int width)
    {
        Torch.Begin();
        using var scope = NewDisposeScope();
        // 0 2 0 1
        // 0 0 0 0
        // 3 0 4 0
        var rows = new SparseRows([0, 2, 2, 4], [1, 3, 0, 2], [2, 1, 3, 4], 4);
        float[] written = [0, 2, 0, 1, 0, 0, 0, 0, 3, 0, 4, 0];
        var random = new Random(width);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        float[] x = Values(4 * width), weight = Values(3 * width);
        Tensor there = tensor(x, [4, width], requires_grad: true), plain = tensor(x, [4, width], requires_grad: true);
        var (ours, theirs) = (rows.Times(there), tensor(written, [3, 4]).matmul(plain));
        (ours * tensor(weight, [3, width])).sum().backward();
        (theirs * tensor(weight, [3, width])).sum().backward();
        Close(theirs, ours);
        Close(plain.grad!, there.grad!);
        // The transpose shares the memory.
        Close(tensor(written, [3, 4]).t().matmul(tensor(weight, [3, width])), rows.Transposed().Times(tensor(weight, [3, width])));

        static void Close(Tensor expected, Tensor actual)
        {
            float[] a = expected.detach().contiguous().data<float>().ToArray(), b = actual.detach().contiguous().data<float>().ToArray();
            Assert.Equal(a.Length, b.Length);
            for (var i = 0; i < a.Length; i++) Assert.Equal(a[i], b[i], 1e-5f);
        }
    }

    [Fact]
    public void Two_threads_give_the_same_bits_as_one()
    {
        Torch.Begin();
        using var scope = NewDisposeScope();
        var random = new Random(5);
        int[] starts = [.. Enumerable.Range(0, 401).Select(r => 3 * r)], columns = [.. Enumerable.Range(0, 1200).Select(i => 100 * (i % 3) + random.Next(100))];
        var rows = new SparseRows(starts, columns, [.. Enumerable.Range(0, 1200).Select(_ => random.NextSingle())], 300);
        var x = tensor([.. Enumerable.Range(0, 300 * 64).Select(_ => random.NextSingle())], [300, 64]);
        set_num_threads(1);
        var one = rows.Times(x).data<float>().ToArray();
        set_num_threads(2);
        Assert.Equal(one, rows.Times(x).data<float>().ToArray());
        set_num_threads(1);
    }

    [Fact]
    public void What_does_not_fit_is_one_sentence()
    {
        Torch.Begin();
        using var scope = NewDisposeScope();
        Assert.Equal("Column 4 lies outside the 4 columns of the matrix.", Assert.Throws<TorchException>(() => new SparseRows([0, 1], [4], [1], 4)).Message);
        Assert.Equal("the sparse matrix has 4 columns, the other 3 rows", Assert.Throws<TorchException>(() => new SparseRows([0, 1], [3], [1], 4).Times(ones(3, 2))).Message);
    }
}
