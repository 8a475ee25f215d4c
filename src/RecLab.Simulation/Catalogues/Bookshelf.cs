using System.Globalization;
using RecLab.Recommenders.Data;
using RecLab.Statistics;

namespace RecLab.Simulation.Catalogues;

/// <summary>One generated book with what the readers' behaviour is drawn from.</summary>
/// <param name="Info">What a shop shows.</param>
/// <param name="Genre">Index of its main genre.</param>
/// <param name="Second">Index of its second genre, or -1.</param>
/// <param name="Style">A point in style space; near books please the same readers.</param>
/// <param name="Appeal">Log of its popularity weight (Zipf-like).</param>
/// <param name="Next">The next volume of its series, or -1.</param>
internal sealed record Book(ItemInfo Info, int Genre, int Second, float[] Style, double Appeal, int Next);

/// <summary>Draws a catalogue of books from a seed.</summary>
internal static class Bookshelf
{
    public const int StyleWidth = 6;
    private enum Draw { Genre = 100, Second, Style, Appeal, Series, Title, Author, Price, Text }

    public static Book[] Create(int seed, int count)
    {
        var dice = Dice.Of(seed);
        double U(Draw draw, int book, int more = 0) => dice.For((int)draw).For(book).Uniform(more);
        int Pick(Draw draw, int book, int size, int more = 0) => (int)(U(draw, book, more) * size);

        var books = new Book[count];
        var ranks = Enumerable.Range(0, count).OrderBy(b => U(Draw.Appeal, b)).ToArray();
        var titles = new HashSet<string>(StringComparer.Ordinal);
        for (var first = 0; first < count;)
        {
            var volumes = U(Draw.Series, first) < 0.12 ? Math.Min(3 + Pick(Draw.Series, first, 4, 1), count - first) : 1;
            var genre = Pick(Draw.Genre, first, Words.Genres.Length);
            var second = U(Draw.Second, first) < 0.4 ? (genre + 1 + Pick(Draw.Second, first, Words.Genres.Length - 1, 1)) % Words.Genres.Length : -1;
            var author = $"{Words.FirstNames[Pick(Draw.Author, first, Words.FirstNames.Length)]} {Words.LastNames[Pick(Draw.Author, first, Words.LastNames.Length, 1)]}";
            var name = Unused(titles, more => Words.Title(genre, Pick(Draw.Title, first, 1 << 20, more)));
            var style = new float[StyleWidth];
            for (var d = 0; d < StyleWidth; d++) style[d] = (float)dice.For((int)Draw.Style).For(first).Normal(d);
            for (var volume = 0; volume < volumes; volume++)
            {
                var b = first + volume;
                var title = volumes == 1 ? name : $"{name}, volume {(volume + 1).ToString(CultureInfo.InvariantCulture)}";
                string[] categories = second < 0 ? [Words.Genres[genre].Name] : [Words.Genres[genre].Name, Words.Genres[second].Name];
                var info = new ItemInfo($"book-{(b + 1).ToString("0000", CultureInfo.InvariantCulture)}", title, categories,
                    Words.Description(genre, author, more => Pick(Draw.Text, b, 1 << 20, more)),
                    ImageUrl: null, Url: null, Price: 890 + 10 * Pick(Draw.Price, b, 160));
                books[b] = new(info, genre, second, style, -0.75 * Math.Log(10 + ranks[b]) - 0.15 * volume, volume + 1 < volumes ? b + 1 : -1);
            }
            first += volumes;
        }
        return books;
    }

    private static string Unused(HashSet<string> taken, Func<int, string> draw)
    {
        for (var more = 0; more < 8; more++)
            if (draw(more) is var title && taken.Add(title)) return title;
        var numbered = $"{draw(0)} {(taken.Count + 1).ToString(CultureInfo.InvariantCulture)}";
        taken.Add(numbered);
        return numbered;
    }
}
