using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RecLab.Torch.Tests.Tensors;

public sealed class LifetimeTests
{
    [Fact]
    public void Ten_thousand_steps_leave_as_many_native_tensors_as_before()
    {
        Torch.Begin();
        Collect();
        using var layer = nn.Linear(8, 4);
        using var optimizer = optim.Adam(layer.parameters());
        using var x = randn(16, 8);
        using var y = randint(0, 4, [16]);
        var before = TorchRuntime.LiveTensors;
        for (var i = 0; i < 10_000; i++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var loss = F.cross_entropy(F.relu(layer.call(x)), y);
            loss.backward();
            _ = layer.weight.grad!.numel();
            optimizer.step();
        }
        Assert.Equal(before, TorchRuntime.LiveTensors);
    }

    [Fact]
    public void A_failed_call_leaves_nothing_behind()
    {
        Torch.Begin();
        Collect();
        using var a = ones(2, 3);
        var before = TorchRuntime.LiveTensors;
        for (var i = 0; i < 20; i++) Assert.Throws<TorchException>(() => a.matmul(a));
        Assert.Equal(before, TorchRuntime.LiveTensors);
    }

    [Fact]
    public void A_scope_frees_what_was_made_in_it_and_not_what_was_moved_out()
    {
        Torch.Begin();
        using var outer = NewDisposeScope();
        Tensor kept, lost;
        using (NewDisposeScope())
        {
            lost = ones(2, 2);
            kept = (lost + 1).MoveToOuterDisposeScope();
        }
        Assert.Equal([2, 2, 2, 2], kept.data<float>().ToArray());
        Assert.Throws<ObjectDisposedException>(() => lost + 1);
    }

    [Fact]
    public void Parameters_outlive_the_scope_they_were_made_in()
    {
        Torch.Begin();
        TorchSharp.Modules.Linear layer;
        using (NewDisposeScope()) layer = nn.Linear(3, 2);
        Assert.Equal(6, layer.weight.numel());
        layer.Dispose();
    }

    [Fact]
    public void Scopes_end_inside_out()
    {
        var outer = NewDisposeScope();
        var inner = NewDisposeScope();
        Assert.Throws<InvalidOperationException>(outer.Dispose);
        inner.Dispose();
        outer.Dispose();
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}
