namespace RecLab.Statistics.Comparisons;

/// <summary>Whether two experiments divide the same users independently of each other (Pearson's chi-square test of a contingency table).</summary>
/// <param name="Degrees">(rows - 1)(columns - 1), counting rows and columns that hold a user.</param>
/// <param name="CramersV">Size of the dependence, 0 (none) to 1 (one determines the other).</param>
public sealed record Dependence(double ChiSquare, int Degrees, double PValue, double CramersV)
{
    /// <param name="table">Users by arm of the one experiment and arm of the other.</param>
    /// <returns>No answer where nobody is in both, or all of them share one arm.</returns>
    public static Answer<Dependence> Test(long[,] table)
    {
        var (rows, columns) = (new double[table.GetLength(0)], new double[table.GetLength(1)]);
        double total = 0;
        for (var i = 0; i < rows.Length; i++)
            for (var j = 0; j < columns.Length; j++)
            {
                rows[i] += table[i, j];
                columns[j] += table[i, j];
                total += table[i, j];
            }
        if (total == 0) return NotComputable.NoUnits;
        var (usedRows, usedColumns) = (rows.Count(r => r > 0), columns.Count(c => c > 0));
        if (usedRows < 2 || usedColumns < 2) return NotComputable.ZeroVariance;
        var chi = 0.0;
        for (var i = 0; i < rows.Length; i++)
            for (var j = 0; j < columns.Length; j++)
            {
                var expected = rows[i] * columns[j] / total;
                if (expected > 0) chi += (table[i, j] - expected) * (table[i, j] - expected) / expected;
            }
        var degrees = (usedRows - 1) * (usedColumns - 1);
        return new Dependence(chi, degrees, Distributions.ChiSquare.UpperTail(chi, degrees), Math.Sqrt(chi / total / (Math.Min(usedRows, usedColumns) - 1)));
    }
}
