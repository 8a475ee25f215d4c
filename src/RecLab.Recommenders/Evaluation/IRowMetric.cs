namespace RecLab.Recommenders.Evaluation;

/// <summary>A number about predictions made row by row: ratings, or probabilities of a click.</summary>
public interface IRowMetric
{
    /// <summary>Stable lower-case key: "rmse".</summary>
    string Key { get; }

    /// <summary>The field's name for it.</summary>
    string Name { get; }

    /// <summary>What it says, in one sentence for the page.</summary>
    string Summary { get; }

    /// <summary>The value, or null where it has no meaning for these rows.</summary>
    double? Of(PredictedRows rows);
}

/// <summary>What was predicted beside what happened.</summary>
public sealed class PredictedRows
{
    /// <param name="user">The user of each row.</param>
    /// <param name="truth">What happened: a rating, or 0 and 1.</param>
    /// <param name="predicted">What was said beforehand.</param>
    /// <exception cref="ArgumentException">Columns differ in length or a number is not finite.</exception>
    public PredictedRows(int[] user, double[] truth, double[] predicted)
    {
        if (user.Length != truth.Length || predicted.Length != truth.Length) throw new ArgumentException($"Columns differ in length: {user.Length} users, {truth.Length} truths, {predicted.Length} predictions.");
        if (!truth.All(double.IsFinite) || !predicted.All(double.IsFinite)) throw new ArgumentException("Truths and predictions are finite numbers.");
        (User, Truth, Predicted) = (user, truth, predicted);
    }

    /// <summary>Rows whose user does not matter.</summary>
    public PredictedRows(double[] truth, double[] predicted) : this(new int[truth.Length], truth, predicted) { }

    public int[] User { get; }
    public double[] Truth { get; }
    public double[] Predicted { get; }
    public int Count => Truth.Length;

    /// <summary>The mean of a number over rows, or null without rows.</summary>
    public double? Mean(Func<double, double, double> ofTruthAndPrediction)
    {
        if (Count == 0) return null;
        double sum = 0;
        for (var i = 0; i < Count; i++) sum += ofTruthAndPrediction(Truth[i], Predicted[i]);
        return sum / Count;
    }

    /// <summary>All truths are one number, so there is no variation to explain.</summary>
    public bool IsConstant => Count == 0 || Truth.AsSpan().IndexOfAnyExcept(Truth[0]) < 0;

    /// <summary>Every prediction can be read as a probability.</summary>
    public bool AreProbabilities => Predicted.All(p => p is >= 0 and <= 1);

    /// <summary>Rows by prediction descending.</summary>
    internal int[] ByPrediction()
    {
        var order = Enumerable.Range(0, Count).ToArray();
        Array.Sort(order, (a, b) => Predicted[a] != Predicted[b] ? Predicted[b].CompareTo(Predicted[a]) : a.CompareTo(b));
        return order;
    }
}
