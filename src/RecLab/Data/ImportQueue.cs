using RecLab.Controls;

namespace RecLab.Data;

/// <summary>How many imports may be under way or wait, and how much of the disk their uploads may take: each is carried out after the other, and who sends faster than they are read would fill the disk.</summary>
public sealed class ImportQueue(IConfiguration configuration)
{
    /// <summary>Imports under way, those that wait among them (setting <c>RecLab:Imports:Most</c>).</summary>
    private readonly int _most = configuration.GetValue("RecLab:Imports:Most", 20);

    /// <summary>Bytes of uploads that may wait beside another one (setting <c>RecLab:Imports:MostBytes</c>); one alone is always taken, uploads have a limit of their own.</summary>
    private readonly long _mostBytes = configuration.GetValue("RecLab:Imports:MostBytes", 8L << 30);

    private readonly Lock _gate = new();
    private int _count;
    private long _bytes;

    /// <summary>Takes a place; disposing it gives it back.</summary>
    /// <param name="bytes">Of its upload; 0 where it has none.</param>
    /// <exception cref="ImportsWaitException">There is no room; the sentence says why.</exception>
    public IDisposable Enter(long bytes)
    {
        lock (_gate)
        {
            if (_count >= _most) throw new ImportsWaitException($"{(_count == 1 ? "An import is" : $"{Figures.Count(_count)} imports are")} under way or waiting, and no more may. Come again when one of them is done.");
            if (bytes > 0 && _bytes > 0 && _bytes + bytes > _mostBytes) throw new ImportsWaitException($"Uploads of {Size(_bytes)} wait to be imported, and with this one of {Size(bytes)} they would be more than the {Size(_mostBytes)} that may. Come again when one of them is done.");
            (_count, _bytes) = (_count + 1, _bytes + bytes);
        }
        return new Place(this, bytes);
    }

    private static string Size(long bytes) => Figures.Bytes(bytes);

    private sealed class Place(ImportQueue queue, long bytes) : IDisposable
    {
        private bool _left;

        public void Dispose()
        {
            lock (queue._gate)
            {
                if (_left) return;
                (_left, queue._count, queue._bytes) = (true, queue._count - 1, queue._bytes - bytes);
            }
        }
    }
}
