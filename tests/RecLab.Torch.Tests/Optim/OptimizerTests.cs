using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace RecLab.Torch.Tests.Optim;

/// <summary>Each optimiser against its paper's update, computed here in double precision for f(w) = sum c w^2 / 2, whose gradient is c w.</summary>
public sealed class OptimizerTests
{
    private static readonly float[] Start = [1.0f, -2.0f, 0.5f], Curvature = [1.0f, 0.25f, 4.0f];

    [Theory]
    [InlineData(0.0), InlineData(0.1)]
    public void Adam_follows_algorithm_1_with_decay_in_the_gradient(double decay)
    {
        using var w = Parameter();
        using var optimizer = optim.Adam([w], lr: 0.05, beta1: 0.8, beta2: 0.95, eps: 1e-6, weight_decay: decay);
        Follows(w, optimizer, (x, g, s) => AdamStep(x, g + decay * x, s, 0));
    }

    [Theory]
    [InlineData(0.0), InlineData(0.1)]
    public void AdamW_shrinks_parameters_apart_from_the_gradient(double decay)
    {
        using var w = Parameter();
        using var optimizer = optim.AdamW([w], lr: 0.05, beta1: 0.8, beta2: 0.95, eps: 1e-6, weight_decay: decay);
        Follows(w, optimizer, (x, g, s) => AdamStep(x, g, s, decay));
    }

    [Fact]
    public void Amsgrad_divides_by_the_largest_second_moment()
    {
        using var w = Parameter();
        using var optimizer = optim.Adam([w], lr: 0.05, beta1: 0.8, beta2: 0.95, eps: 1e-6, amsgrad: true);
        Follows(w, optimizer, (x, g, s) => AdamStep(x, g, s, 0, largest: true));
    }

    [Fact]
    public void Sgd_with_momentum_accumulates_velocity()
    {
        using var w = Parameter();
        using var optimizer = optim.SGD([w], 0.05, momentum: 0.9);
        Follows(w, optimizer, (x, g, s) => x - 0.05 * (s.M = s.Step == 1 ? g : 0.9 * s.M + g));
    }

    [Fact]
    public void A_restored_optimiser_continues_as_if_it_had_never_stopped()
    {
        using var w = Parameter();
        using var one = optim.Adam([w], lr: 0.1);
        for (var i = 0; i < 3; i++) Step(w, one);
        var state = OptimizerState.Of(one);
        var middle = w.data<float>().ToArray();
        for (var i = 0; i < 3; i++) Step(w, one);

        using var second = Parameter(middle);
        using var other = optim.Adam([second], lr: 0.1);
        state.Restore(other);
        for (var i = 0; i < 3; i++) Step(second, other);
        Assert.Equal(w.data<float>().ToArray(), second.data<float>().ToArray());
    }

    [Fact]
    public void A_state_of_other_parameters_is_refused()
    {
        using var w = Parameter();
        using var optimizer = optim.Adam([w]);
        Assert.Throws<TorchException>(() => new OptimizerState(1, new Dictionary<string, float[]> { ["0.0"] = [1, 2] }).Restore(optimizer));
        Assert.Throws<TorchException>(() => new OptimizerState(1, new Dictionary<string, float[]> { ["0.7"] = [1, 2, 3] }).Restore(optimizer));
    }

    [Fact]
    public void Clipping_scales_the_joint_norm_down_and_reports_the_one_before()
    {
        using var w = Parameter([3f, 4f, 0f]); // with curvature 1 the gradient is (3, 4, 0): norm 5
        using (NewDisposeScope()) { var loss = (w * w).sum() / 2; loss.backward(); }
        Assert.Equal(5, nn.utils.clip_grad_norm_([w], 1), 1e-5);
        Assert.Equal([0.6f, 0.8f, 0f], w.grad!.data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    private sealed class State { public double M, V, Largest; public int Step; }

    private static double AdamStep(double x, double g, State s, double decoupled, bool largest = false)
    {
        x *= 1 - 0.05 * decoupled;
        s.M = 0.8 * s.M + 0.2 * g;
        s.V = 0.95 * s.V + 0.05 * g * g;
        s.Largest = Math.Max(s.Largest, s.V);
        var v = largest ? s.Largest : s.V;
        return x - 0.05 * (s.M / (1 - Math.Pow(0.8, s.Step))) / (Math.Sqrt(v / (1 - Math.Pow(0.95, s.Step))) + 1e-6);
    }

    private static void Follows(Parameter w, optim.Optimizer optimizer, Func<double, double, State, double> step)
    {
        var expected = Start.Select(v => (double)v).ToArray();
        var states = Start.Select(_ => new State()).ToArray();
        for (var i = 1; i <= 6; i++)
        {
            Step(w, optimizer);
            for (var j = 0; j < expected.Length; j++)
            {
                states[j].Step = i;
                expected[j] = step(expected[j], Curvature[j] * expected[j], states[j]);
            }
            Assert.All(w.data<float>().ToArray().Zip(expected), p => Assert.Equal(p.Second, p.First, 2e-5));
        }
    }

    private static void Step(Parameter w, optim.Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        ((w * w * tensor(Curvature)).sum() / 2).backward();
        optimizer.step();
    }

    private static Parameter Parameter(float[]? values = null)
    {
        Torch.Begin();
        using var data = tensor(values ?? Start);
        return nn.Parameter(data);
    }
}
