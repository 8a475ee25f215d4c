using System.Globalization;
using RecLab.Recommenders.Data;

namespace RecLab.Simulation.Catalogues;

/// <summary>How large a generated bookshop is.</summary>
/// <param name="Seed">Same options, same shop.</param>
/// <param name="Books">Catalogue size, 50..20,000.</param>
/// <param name="Readers">Users, 10..100,000.</param>
/// <param name="MeanHistory">Average books a reader has touched; at least 12 each.</param>
public sealed record ShopOptions(int Seed = 7, int Books = 2400, int Readers = 4000, int MeanHistory = 45);

/// <summary>A bookshop drawn from a seed, for trying RecLab without data of one's own: titles, genres, series, prices, and readers with real structure
/// (tastes over genres, a long-tailed popularity, series and "read next" habits that a sequence model can learn).</summary>
public static class GeneratedShop
{
    private const double DaySeconds = 86400;

    /// <exception cref="ArgumentOutOfRangeException">A size is out of its range.</exception>
    public static Interactions Create(ShopOptions options, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Books, 50);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Books, 20_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Readers, 10);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Readers, 100_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MeanHistory, 12);
        var books = Bookshelf.Create(options.Seed, options.Books);
        var readers = new Readers(options.Seed, books);
        List<int> user = [], item = [];
        List<long> time = [];
        var start = new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
        for (var reader = 0; reader < options.Readers; reader++)
        {
            if (reader % 256 == 0) cancellation.ThrowIfCancellationRequested();
            var history = readers.History(reader, options.MeanHistory);
            for (var step = 0; step < history.Count; step++)
            {
                user.Add(reader);
                item.Add(history[step].Book);
                time.Add(start + (long)(history[step].Day * DaySeconds));
            }
        }
        return new Interactions(
            new Vocabulary(Enumerable.Range(1, options.Readers).Select(i => $"reader-{i.ToString("0000", CultureInfo.InvariantCulture)}")),
            new Vocabulary(books.Select(b => b.Info.Id)),
            [.. user], [.. item], [.. Enumerable.Repeat(1f, user.Count)], [.. time], new Catalogue(books.Select(b => b.Info)));
    }
}
