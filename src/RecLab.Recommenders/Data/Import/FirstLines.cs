namespace RecLab.Recommenders.Data.Import;

/// <summary>A look at how a file begins, for telling layouts apart.</summary>
internal static class FirstLines
{
    private const int Longest = 1 << 20;

    /// <summary>The first lines that hold anything; fewer where the file is shorter, and none where it is no text.</summary>
    public static List<string> Of(DatasetPart part, int count)
    {
        var first = new List<string>();
        try
        {
            using var reader = new LineReader(part.Open().Content, part.Name);
            while (first.Count < count && reader.Read(out var line) && line.Length < Longest)
                if (Fields.Text(line) is var text && !string.IsNullOrWhiteSpace(text)) first.Add(text);
            return first;
        }
        catch (ImportException)
        {
            return first; // what could be read decides; reading the file for good says what is wrong with it
        }
    }
}
