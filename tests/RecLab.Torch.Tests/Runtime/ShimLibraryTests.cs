using RecLab.Torch.Native;
using Xunit;

namespace RecLab.Torch.Tests.Runtime;

public sealed class ShimLibraryTests
{
    [Fact]
    public void A_named_file_is_the_only_candidate() =>
        Assert.Equal([Path.GetFullPath("/opt/x/libreclabtorch.so")], ShimLibrary.Candidates("/opt/x/libreclabtorch.so", AppContext.BaseDirectory));

    [Fact]
    public void Otherwise_beside_the_app_comes_before_the_checkout()
    {
        var candidates = ShimLibrary.Candidates(null, AppContext.BaseDirectory).ToList();
        Assert.Equal(Path.Combine(AppContext.BaseDirectory, "libreclabtorch.so"), candidates[0]);
        Assert.EndsWith(Path.Combine("native", "build", "libreclabtorch.so"), candidates[1]);
    }

    [Fact]
    public void Availability_answers_in_a_sentence_either_way()
    {
        var found = TorchRuntime.Availability;
        Assert.NotEmpty(found.Reason);
        Assert.Equal(found.Available, found.Devices.Contains("cpu"));
        Assert.Equal(found.Available, found.Version is not null);
    }
}
