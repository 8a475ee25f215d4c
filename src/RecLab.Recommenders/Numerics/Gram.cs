namespace RecLab.Recommenders.Numerics;

/// <summary>Y'Y of a tall matrix Y.</summary>
internal static unsafe class Gram
{
    private const int RowsPerBlock = 1024;

    /// <summary>The sum of y y' over all rows y: width x width, both triangles filled. Blocks are summed in order, so threads change nothing.</summary>
    public static FactorMatrix Of(FactorMatrix rows, TrainingContext context)
    {
        var parts = new FactorMatrix[(rows.Rows + RowsPerBlock - 1) / RowsPerBlock];
        Workers.For(context, rows.Rows, RowsPerBlock, (from, to) =>
        {
            var part = FactorMatrix.Square(rows.Width);
            RankUpdate.AddLower(part.Row(0), rows.Row(from), rows.Row(from), to - from, rows.Stride);
            parts[from / RowsPerBlock] = part;
        });
        var sum = FactorMatrix.Square(rows.Width);
        foreach (var part in parts)
            for (var i = 0; i < rows.Width; i++) RowKernels.AddScaled(sum.Row(i), 1, part.Row(i), sum.Stride);
        for (var i = 0; i < rows.Width; i++)
            for (var j = i + 1; j < rows.Width; j++) sum.Row(i)[j] = sum.Row(j)[i];
        return sum;
    }
}
