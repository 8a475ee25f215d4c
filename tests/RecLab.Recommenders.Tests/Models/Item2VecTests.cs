using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Factors;
using Xunit;

namespace RecLab.Recommenders.Tests.Models;

public sealed class Item2VecTests : RecommenderContract
{
    protected override string Key => "item2vec";
    protected override RecommenderOptions Options => new Item2VecOptions { Factors = 8, Epochs = 40, Window = 0, LearningRate = 0.1 };
    protected override bool KnowsUsers => false;
}
