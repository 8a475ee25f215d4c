using RecLab.Recommenders.Data;
using RecLab.Recommenders.Numerics;

namespace RecLab.Recommenders.Models.Als;

/// <summary>What ALS learns.</summary>
/// <param name="Users">One row per user.</param>
/// <param name="Items">One row per item.</param>
/// <param name="ItemWeight">Mean weight of the touches of each item: what a history item weighs when somebody is folded in.</param>
internal sealed record AlsFactors(FactorMatrix Users, FactorMatrix Items, float[] ItemWeight);

/// <summary>One training: both sides in turn, rows of a side in parallel.</summary>
internal sealed class AlsTraining(ImplicitAlsOptions options, TrainingContext context, SparseMatrix byUser)
{
    private const int RowsPerBlock = 64;
    private readonly SparseMatrix _byItem = byUser.Transpose();

    public AlsFactors Run()
    {
        var random = new Random(context.Seed);
        var deviation = 0.1 / Math.Sqrt(options.Factors); // Rendle et al. 2022, section 5.2
        var users = FactorMatrix.Normal(byUser.Rows, options.Factors, deviation, random);
        var items = FactorMatrix.Normal(byUser.Columns, options.Factors, deviation, random);
        for (var iteration = 1; iteration <= options.Iterations; iteration++)
        {
            Half(byUser, users, items);
            var penalty = Penalty(byUser, users);
            Half(_byItem, items, users);
            var loss = Loss(users, items) + penalty + Penalty(_byItem, items);
            context.Progress.Report(new((double)iteration / options.Iterations, $"iteration {iteration} of {options.Iterations}")
            {
                Epoch = iteration, Curve = new Dictionary<string, double> { ["loss"] = loss / byUser.Count },
            });
            if (!double.IsFinite(loss)) throw new TrainingException($"The factors overflowed in iteration {iteration}; raise the regularisation.");
        }
        return new(users, items, MeanWeights());
    }

    /// <summary>Solves every row of one side.</summary>
    private void Half(SparseMatrix touched, FactorMatrix solved, FactorMatrix other)
    {
        var system = new AlsSystem(options, other, context);
        Workers.For(context, touched.Rows, RowsPerBlock, system.Scratch, (from, to, scratch) =>
        {
            for (var row = from; row < to; row++) system.Solve(touched.ColumnsOf(row), touched.ValuesOf(row), solved, row, scratch);
        });
    }

    /// <summary>lambda sum_r f_r |x_r|^2.</summary>
    private double Penalty(SparseMatrix touched, FactorMatrix rows)
    {
        var sum = 0.0;
        for (var r = 0; r < touched.Rows; r++)
        {
            var weight = 0.0;
            foreach (var w in touched.ValuesOf(r)) weight += w;
            sum += AlsSystem.Regularization(options, weight, touched.Columns) * System.Numerics.Tensors.TensorPrimitives.SumOfSquares<float>(rows[r]);
        }
        return sum;
    }

    /// <summary>sum_S w (x . y - 1)^2 + alpha0 sum (x . y)^2; the second sum is the inner product of the two Gram matrices.</summary>
    private unsafe double Loss(FactorMatrix users, FactorMatrix items)
    {
        var parts = new double[(byUser.Rows + RowsPerBlock - 1) / RowsPerBlock];
        Workers.For(context, byUser.Rows, RowsPerBlock, (from, to) =>
        {
            var sum = 0.0;
            for (var u = from; u < to; u++)
            {
                var columns = byUser.ColumnsOf(u);
                var weights = byUser.ValuesOf(u);
                for (var k = 0; k < columns.Length; k++)
                {
                    var error = RowKernels.Dot(users.Row(u), items.Row(columns[k]), users.Stride) - 1.0;
                    sum += weights[k] * error * error;
                }
            }
            parts[from / RowsPerBlock] = sum;
        });
        var all = System.Numerics.Tensors.TensorPrimitives.Dot<float>(Gram.Of(users, context).ToArray(), Gram.Of(items, context).ToArray());
        return parts.Sum() + options.UnobservedWeight * all;
    }

    private float[] MeanWeights()
    {
        var mean = new float[_byItem.Rows];
        for (var i = 0; i < mean.Length; i++)
            mean[i] = Mean(_byItem.ValuesOf(i));
        return mean;
    }

    /// <summary>1 where there is none.</summary>
    public static float Mean(ReadOnlySpan<float> weights)
    {
        var sum = 0.0;
        foreach (var w in weights) sum += w;
        return weights.IsEmpty ? 1 : (float)(sum / weights.Length);
    }
}
