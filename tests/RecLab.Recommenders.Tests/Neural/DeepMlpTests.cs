using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Neural.Models;

namespace RecLab.Recommenders.Tests.Neural;

public sealed class DeepMlpTests : NeuralContract
{
    protected override string Key => "mlp";
    protected override RecommenderOptions Options => new DeepMlpOptions { Width = 8, HiddenWidth = 16, Epochs = 60, BatchSize = 64, LearningRate = 0.02, Dropout = 0, Patience = 0 };
}
