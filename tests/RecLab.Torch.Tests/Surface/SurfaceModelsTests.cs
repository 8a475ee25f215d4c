using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RecLab.Torch.Tests.Surface;

/// <summary>The six models learn through the whole surface: layers, losses, backward, clipping, optimisers, schedules, saving.</summary>
public sealed class SurfaceModelsTests
{
    [Fact]
    public void Sasrec_learns_saves_and_loads()
    {
        Torch.Begin();
        const int batch = 8, length = 6, items = 20;
        using var model = new SasRec(items, length, 16, 2, 1).to(torch.device("cpu"));
        var random = new Random(3);
        var sequence = Enumerable.Range(0, batch * length).Select(_ => (long)random.Next(1, items + 1)).ToArray();
        var target = sequence.Select(i => i % items + 1).ToArray();
        using var optimizer = optim.AdamW(model.parameters(), lr: 1e-2, weight_decay: 0.01);
        var schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, 100);
        var losses = Losses(60, optimizer, () =>
        {
            var loss = F.cross_entropy(model.call(torch.tensor(sequence, [batch, length], device: CPU)), torch.tensor(target), ignore_index: 0);
            loss.backward();
            nn.utils.clip_grad_norm_(model.parameters(), 5.0);
            return loss;
        }, schedule.step);
        Assert.True(losses[^1] < losses[0] / 2, $"{losses[0]} -> {losses[^1]}");

        model.eval();
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var (values, indexes) = model.Last(torch.tensor(sequence, [batch, length])).topk(3, dim: -1, largest: true, sorted: true);
        Assert.Equal([batch, 3], indexes.shape);
        Assert.True(values[0, 0].item<float>() >= values[0, 1].item<float>());

        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            model.save(path);
            using var other = new SasRec(items, length, 16, 2, 1);
            other.load(path);
            other.eval();
            Assert.Equal(model.call(torch.tensor(sequence, [batch, length])).data<float>().ToArray(), other.call(torch.tensor(sequence, [batch, length])).data<float>().ToArray());
            other.load_state_dict(model.state_dict());
        }
        finally { File.Delete(path); }
        Assert.All(model.named_parameters(), p => Assert.NotNull(p.parameter.grad));
    }

    [Fact]
    public void Neumf_learns()
    {
        Torch.Begin();
        using var outer = NewDisposeScope();
        using var model = new NeuMF(100, 200, 16);
        using var optimizer = optim.Adam(model.parameters(), 0.01);
        var schedule = optim.lr_scheduler.StepLR(optimizer, 10, 0.5);
        var (user, item, label) = (randint(0, 100, [64]), randint(0, 200, [64]), rand(64).gt(0.5).to(ScalarType.Float32));
        Falls(Losses(50, optimizer, () => Backward(F.binary_cross_entropy_with_logits(model.call(user, item), label)), schedule.step));
    }

    [Fact]
    public void Two_tower_learns()
    {
        Torch.Begin();
        using var outer = NewDisposeScope();
        using var model = new TwoTower(100, 200, 16);
        using var optimizer = optim.Adam(model.parameters(), 0.01);
        var schedule = optim.lr_scheduler.LambdaLR(optimizer, step => Math.Min(1, (step + 1) / 5.0));
        var (user, item) = (randint(0, 100, [64]), randint(0, 200, [64]));
        Falls(Losses(50, optimizer, () => Backward(TwoTower.InBatchLoss(model.call(user, item), CPU)), schedule.step));
    }

    [Fact]
    public void Mult_vae_learns()
    {
        Torch.Begin();
        using var outer = NewDisposeScope();
        using var model = new MultVae(200, 64, 16);
        using var optimizer = optim.SGD(model.parameters(), 0.1, momentum: 0.9);
        var x = rand(32, 200).gt(0.9).to_type(ScalarType.Float32);
        Falls(Losses(50, optimizer, () =>
        {
            var (logits, mean, variance) = model.call(x);
            return Backward(MultVae.Loss(logits, x, mean, variance, 0.1));
        }));
    }

    [Fact]
    public void Gru4rec_learns()
    {
        Torch.Begin();
        using var outer = NewDisposeScope();
        using var model = new Gru4Rec(200, 16, 32);
        using var optimizer = optim.Adam(model.parameters(), 0.01);
        var sequence = randint(1, 200, [16, 12]);
        Falls(Losses(50, optimizer, () => Backward(F.cross_entropy(model.call(sequence).flatten(0, 1), sequence.flatten()))));
    }

    [Fact]
    public void Lightgcn_learns()
    {
        Torch.Begin();
        using var outer = NewDisposeScope();
        using var model = new LightGcn(50, 100, 16, 2, randint(0, 150, [2, 600]), full(600, 0.2f));
        using var optimizer = optim.Adam(model.parameters(), 0.01);
        var (user, liked, other) = (randint(0, 50, [64]), randint(0, 100, [64]), randint(0, 100, [64]));
        Falls(Losses(50, optimizer, () => Backward(model.call(user, liked, other))));
    }

    private static Tensor Backward(Tensor loss)
    {
        loss.backward();
        return loss;
    }

    private static List<double> Losses(int steps, optim.Optimizer optimizer, Func<Tensor> loss, Action? after = null)
    {
        var losses = new List<double>();
        for (var i = 0; i < steps; i++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            losses.Add(loss().ToDouble());
            optimizer.step();
            after?.Invoke();
        }
        return losses;
    }

    private static void Falls(List<double> losses) => Assert.True(losses[^1] < losses[0] * 0.95, $"{losses[0]} -> {losses[^1]}");
}
