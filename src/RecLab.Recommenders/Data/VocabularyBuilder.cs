using RecLab.Recommenders.Data.Import;
using System.Text;

namespace RecLab.Recommenders.Data;

/// <summary>Gives indices 0, 1, 2, ... to ids in the order they first appear, straight from UTF-8 bytes: an id becomes a string only
/// when the vocabulary is built. Open addressing over one byte arena; not thread-safe.</summary>
public sealed class VocabularyBuilder
{
    private byte[] _bytes = new byte[1 << 12];
    private int[] _ends = new int[256];
    private uint[] _hashes = new uint[256];
    private int[] _slots = new int[512];
    private int _used;

    /// <summary>How many ids there are so far.</summary>
    public int Count { get; private set; }

    /// <summary>The index of an id, new or old.</summary>
    /// <exception cref="ImportException">The ids together are longer than two gigabytes.</exception>
    public int Add(ReadOnlySpan<byte> id)
    {
        var hash = Hash(id);
        var at = Slot(id, hash);
        if (_slots[at] != 0) return _slots[at] - 1;
        Append(id, hash);
        _slots[at] = Count;
        if (Count * 2 > _slots.Length) Grow();
        return Count - 1;
    }

    /// <summary>The index of an id, new or old.</summary>
    public int Add(string id)
    {
        var length = Encoding.UTF8.GetByteCount(id);
        Span<byte> bytes = length <= 512 ? stackalloc byte[512] : new byte[length];
        return Add(bytes[..Encoding.UTF8.GetBytes(id, bytes)]);
    }

    /// <summary>The index of an id, or -1 where it was not added.</summary>
    public int Find(ReadOnlySpan<byte> id) => _slots[Slot(id, Hash(id))] - 1;

    public Vocabulary Build()
    {
        var ids = new string[Count];
        for (var i = 0; i < ids.Length; i++) ids[i] = Encoding.UTF8.GetString(BytesOf(i));
        return new Vocabulary(ids);
    }

    /// <summary>Where an id is, or the free place where it would be.</summary>
    private int Slot(ReadOnlySpan<byte> id, uint hash)
    {
        var mask = _slots.Length - 1;
        var at = (int)(hash & (uint)mask);
        while (_slots[at] != 0 && !(_hashes[_slots[at] - 1] == hash && id.SequenceEqual(BytesOf(_slots[at] - 1)))) at = (at + 1) & mask;
        return at;
    }

    private ReadOnlySpan<byte> BytesOf(int index)
    {
        var start = index == 0 ? 0 : _ends[index - 1];
        return _bytes.AsSpan(start, _ends[index] - start);
    }

    private void Append(ReadOnlySpan<byte> id, uint hash)
    {
        if ((long)_used + id.Length > Array.MaxLength) throw new ImportException("The ids of this data set together are longer than two gigabytes.");
        if (_used + id.Length > _bytes.Length) Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(2L * _bytes.Length, _used + id.Length)));
        if (Count == _ends.Length) { Array.Resize(ref _ends, 2 * Count); Array.Resize(ref _hashes, 2 * Count); }
        id.CopyTo(_bytes.AsSpan(_used));
        _used += id.Length;
        _ends[Count] = _used;
        _hashes[Count++] = hash;
    }

    private void Grow()
    {
        _slots = new int[_slots.Length * 2];
        var mask = _slots.Length - 1;
        for (var i = 0; i < Count; i++)
        {
            var at = (int)(_hashes[i] & (uint)mask);
            while (_slots[at] != 0) at = (at + 1) & mask;
            _slots[at] = i + 1;
        }
    }

    private static readonly uint Seed = (uint)Random.Shared.Next();

    /// <summary>FNV-1a with a seed of the process, so that a crafted file cannot choose its collisions, and a final mix.</summary>
    private static uint Hash(ReadOnlySpan<byte> id)
    {
        var hash = 2166136261u ^ Seed;
        foreach (var b in id) hash = (hash ^ b) * 16777619u;
        hash ^= hash >> 15;
        hash *= 0x2c1b3c6du;
        return hash ^ (hash >> 12);
    }
}
