using Xunit;

namespace RecLab.Torch.Tests.Surface;

/// <summary>This assembly stands in for TorchSharp 0.106: whoever compiles against it compiles against the package. <c>TorchSharp-0.106.txt</c> is the
/// recorded surface, written by hand from what models compiled against the package bound to; everything public here is in it, and the other way round.</summary>
public sealed class ContractTests
{
    private static readonly string[] Lines = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Surface", "TorchSharp-0.106.txt")).Where(l => l.Length > 0 && l[0] != '#')];
    private static readonly string[] Here = [.. PublicSurface.Of(typeof(TorchSharp.torch).Assembly)];

    [Fact]
    public void Every_recorded_member_is_here_with_its_names_and_defaults() => Assert.Equal([], Lines.Except(Here));

    [Fact]
    public void Nothing_public_in_these_namespaces_is_unrecorded() => Assert.Equal([], Here.Except(Lines));

    [Fact]
    public void No_line_is_recorded_twice() => Assert.Equal(Lines.Length, Lines.Distinct().Count());

    [Fact]
    public void What_is_our_own_lies_in_our_own_namespace() =>
        Assert.All(typeof(TorchSharp.torch).Assembly.GetExportedTypes(), t => Assert.True(t.Namespace is "TorchSharp" or "TorchSharp.Modules" or "TorchSharp.Utils" or "RecLab.Torch", t.FullName));
}
