using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RecLab.Torch.Tests.Tensors;

public sealed class ErrorTests
{
    [Fact]
    public void A_wrong_shape_is_one_sentence_with_the_shapes()
    {
        Torch.Begin();
        using var a = ones(2, 3);
        var error = Assert.Throws<TorchException>(() => a.matmul(a));
        Assert.Equal("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)", error.Message);
    }

    [Theory]
    [InlineData("gpu"), InlineData("cuda:x"), InlineData("cpu:0"), InlineData("")]
    public void A_word_that_names_no_device_is_refused(string description) =>
        Assert.Equal($"'{description}' is not a device: use cpu, cuda or cuda:N.", Assert.Throws<TorchException>(() => device(description)).Message);

    [Fact]
    public void A_missing_card_is_one_sentence()
    {
        Torch.Begin();
        var missing = $"cuda:{cuda.device_count()}";
        Assert.StartsWith($"The device '{missing}' does not exist here.", Assert.Throws<TorchException>(() => TorchRuntime.Require(missing)).Message);
        Assert.Throws<TorchException>(() => ones(2, 2, device: device(missing)));
    }

    [Fact]
    public void Out_of_memory_is_an_error_and_not_the_end_of_the_process()
    {
        Torch.Begin();
        var error = Assert.Throws<TorchException>(() => ones(1L << 31, 1L << 24));
        Assert.True(error.IsOutOfMemory, error.Message);
    }

    [Fact]
    public void A_freed_tensor_says_so()
    {
        Torch.Begin();
        var a = ones(2, 2);
        a.Dispose();
        Assert.Throws<ObjectDisposedException>(() => a + 1);
        a.Dispose();
    }

    [Fact]
    public void Data_that_does_not_fill_its_shape_is_refused() =>
        Assert.StartsWith("The shape [2x2] holds 4 elements, 3 were given.", Assert.Throws<ArgumentException>(() => tensor([1L, 2, 3], [2, 2])).Message);
}
