using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Neural.Models;

namespace RecLab.Recommenders.Tests.Neural;

public sealed class UltraGcnTests : NeuralContract
{
    protected override string Key => "ultragcn";
    protected override RecommenderOptions Options => new UltraGcnOptions { Factors = 16, Epochs = 40, BatchSize = 64, LearningRate = 0.02, Negatives = 8, NegativeWeight = 4, Patience = 0, Regularization = 0 };
}
