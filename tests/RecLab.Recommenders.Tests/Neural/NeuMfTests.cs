using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Neural.Models;

namespace RecLab.Recommenders.Tests.Neural;

public sealed class NeuMfTests : NeuralContract
{
    protected override string Key => "neumf";
    protected override RecommenderOptions Options => new NeuMfOptions { Factors = 8, Width = 8, HiddenWidth = 16, Epochs = 50, BatchSize = 64, LearningRate = 0.02, Dropout = 0, Patience = 0, Regularization = 0, ValidateEvery = 1 };
}
