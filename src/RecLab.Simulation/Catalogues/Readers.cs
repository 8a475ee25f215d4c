using RecLab.Statistics;

namespace RecLab.Simulation.Catalogues;

/// <summary>Draws readers' histories. A reader's weight for a book = exp(appeal + taste over genres + closeness of style); the next book is the next volume of
/// a series, a neighbour of the last book, or a draw from those weights; never the same book twice.</summary>
internal sealed class Readers
{
    private const double FollowSeries = 0.75, FollowMood = 0.35;
    private readonly Dice _dice;
    private readonly Book[] _books;
    private readonly int[][] _readNext;
    private enum Draw { Taste = 200, Favourite, Style, Length, Start, Pace, Step, Mood }

    public Readers(int seed, Book[] books)
    {
        _dice = Dice.Of(seed);
        _books = books;
        _readNext = [.. Enumerable.Range(0, books.Length).AsParallel().AsOrdered().Select(Neighbours)];
    }

    /// <summary>Books with the day (fractional, from the start of the shop's records) on which they were touched, oldest first.</summary>
    public List<(int Book, double Day)> History(int reader, int mean)
    {
        var length = Math.Min(_books.Length / 3, (int)Math.Max(12, mean * Math.Exp(0.6 * Normal(Draw.Length, reader) - 0.18)));
        var cumulative = Cumulative(reader);
        var seen = new HashSet<int>();
        List<(int, double)> history = new(length);
        var day = Unit(Draw.Start, reader) * 90;
        var last = -1;
        for (var step = 0; step < length; step++)
        {
            last = NextBook(reader, step, last, seen, cumulative);
            seen.Add(last);
            history.Add((last, day));
            day += 0.02 + -Math.Log(1 - Unit(Draw.Pace, reader, step)) * 160.0 / length;
        }
        return history;
    }

    private int NextBook(int reader, int step, int last, HashSet<int> seen, double[] cumulative)
    {
        if (last >= 0)
        {
            var next = _books[last].Next;
            if (next >= 0 && !seen.Contains(next) && Unit(Draw.Mood, reader, step, 1) < FollowSeries) return next;
            if (Unit(Draw.Mood, reader, step, 2) < FollowMood)
            {
                var near = _readNext[last];
                // The nearest neighbour is the likeliest: a geometric draw over the list.
                var at = (int)(Math.Log(1 - Unit(Draw.Mood, reader, step, 3)) / Math.Log(0.6));
                if (at < near.Length && !seen.Contains(near[at])) return near[at];
            }
        }
        for (var attempt = 0; ; attempt++)
        {
            var target = Unit(Draw.Step, reader, step, attempt) * cumulative[^1];
            var book = Math.Min(Array.BinarySearch(cumulative, target) is var at && at >= 0 ? at + 1 : ~at, cumulative.Length - 1);
            if (!seen.Contains(book)) return book;
        }
    }

    private double[] Cumulative(int reader)
    {
        var genres = Words.Genres.Length;
        Span<double> taste = stackalloc double[genres];
        for (var g = 0; g < genres; g++) taste[g] = 0.5 * Normal(Draw.Taste, reader, g);
        taste[(int)(Unit(Draw.Favourite, reader) * genres)] += 2.2;
        taste[(int)(Unit(Draw.Favourite, reader, 1) * genres)] += 1.4;
        Span<double> style = stackalloc double[Bookshelf.StyleWidth];
        for (var d = 0; d < style.Length; d++) style[d] = Normal(Draw.Style, reader, d);
        var cumulative = new double[_books.Length];
        var sum = 0.0;
        for (var b = 0; b < _books.Length; b++)
        {
            var book = _books[b];
            var liking = taste[book.Genre] + (book.Second >= 0 ? 0.5 * taste[book.Second] : 0);
            for (var d = 0; d < style.Length; d++) liking += 0.35 * style[d] * book.Style[d];
            sum += Math.Exp(book.Appeal + liking);
            cumulative[b] = sum;
        }
        return cumulative;
    }

    /// <summary>Up to six books of the same genre nearest in style, the ones readers go on to.</summary>
    private int[] Neighbours(int book)
    {
        var self = _books[book];
        return [.. Enumerable.Range(0, _books.Length)
            .Where(b => b != book && b != self.Next && _books[b].Genre == self.Genre)
            .OrderBy(b => Distance(self.Style, _books[b].Style)).ThenBy(b => b).Take(6)];
    }

    private static double Distance(float[] a, float[] b)
    {
        var sum = 0.0;
        for (var d = 0; d < a.Length; d++) sum += (a[d] - b[d]) * (a[d] - b[d]);
        return sum;
    }

    private double Unit(Draw draw, int reader, int a = 0, int b = 0) => _dice.For((int)draw).For(reader).For(a).Uniform(b);
    private double Normal(Draw draw, int reader, int a = 0) => _dice.For((int)draw).For(reader).Normal(a);
}
