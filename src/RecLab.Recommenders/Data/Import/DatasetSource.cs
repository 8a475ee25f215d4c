using System.IO.Compression;

namespace RecLab.Recommenders.Data.Import;

/// <summary>A data set as it was delivered: a folder, a zip archive or a single file, each piece plain or gzip-packed. Pieces are read as
/// streams and never unpacked to disk, so a name inside an archive cannot point anywhere.</summary>
public sealed class DatasetSource : IDisposable
{
    private const int MostParts = 10_000;

    private readonly ZipArchive? _archive;
    private readonly Dictionary<string, DatasetPart> _parts = new(StringComparer.OrdinalIgnoreCase);

    private DatasetSource(string name, ZipArchive? archive, IEnumerable<DatasetPart> parts)
    {
        Name = name;
        _archive = archive;
        foreach (var part in parts) _parts.TryAdd(part.Name, part);
    }

    /// <summary>Name of the folder or file, for messages.</summary>
    public string Name { get; }

    /// <summary>The pieces by name, without folders and without <c>.gz</c>.</summary>
    public IReadOnlyCollection<DatasetPart> Parts => _parts.Values;

    /// <summary>The piece with this name, or null.</summary>
    public DatasetPart? Find(string name) => _parts.GetValueOrDefault(name);

    /// <summary>Opens a folder, a zip archive, a file, or a folder that is mostly one zip archive.</summary>
    /// <exception cref="ImportException">Nothing is there, or it is a damaged archive.</exception>
    public static DatasetSource Open(string path)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        if (Directory.Exists(path))
        {
            var folder = new DirectoryInfo(path);
            for (var depth = 0; depth < 4 && folder.GetFiles() is [] && folder.GetDirectories() is [var only]; depth++) folder = only;
            var files = folder.GetFiles();

            // As downloaded: the archive beside a readme. It is the data set when it makes up most of the folder.
            if (files.Where(f => f.Extension.Equals(".zip", StringComparison.OrdinalIgnoreCase)).ToArray() is [var zip] && zip.Length > files.Sum(f => f.Length) / 2) return Open(zip.FullName);
            return new(name, null, files.OrderBy(f => f.Name, StringComparer.Ordinal).Select(DatasetPart.OfFile));
        }
        if (!File.Exists(path)) throw new ImportException($"There is no file or folder '{name}'.");
        if (!path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase)) return new(name, null, [DatasetPart.OfFile(new FileInfo(path))]);
        ZipArchive? archive = null;
        try
        {
            using (var file = File.OpenRead(path))
                if (ZipDirectory.Entries(file, MostParts) is > MostParts and var parts)
                    throw new ImportException($"'{name}' holds {(parts == MostParts + 1 ? $"more than {MostParts:N0} files, the most" : $"{parts:N0} files, more than the {MostParts:N0}")} a data set may have.");
            archive = ZipFile.OpenRead(path);
            Check(archive, name, new FileInfo(path).Length);
            return new(name, archive, archive.Entries.Where(e => e.Name.Length > 0).OrderBy(e => e.FullName.Count(c => c is '/' or '\\')).Select(DatasetPart.OfEntry));
        }
        catch (InvalidDataException e)
        {
            archive?.Dispose();
            throw new ImportException($"'{name}' is not a zip archive that can be read.", e);
        }
        catch (ImportException)
        {
            archive?.Dispose();
            throw;
        }
    }

    /// <summary>Nothing here is ever unpacked to disk; an archive that tries all the same, or whose pieces overlap to unpack to more than they are, is refused whole.</summary>
    private static void Check(ZipArchive archive, string name, long length)
    {
        long packed = 0;
        foreach (var entry in archive.Entries)
        {
            if (LeadsOut(entry.FullName)) throw new ImportException($"'{name}' is refused: the name '{Shown(entry.FullName)}' in it leads out of the archive.");
            if ((entry.ExternalAttributes >>> 16 & 0xF000) == 0xA000) throw new ImportException($"'{name}' is refused: '{Shown(entry.FullName)}' in it is a link, not a file.");
            if (entry.IsEncrypted) throw new ImportException($"'{name}' is locked with a password ('{Shown(entry.FullName)}'); unpack it first.");
            packed += entry.CompressedLength;
        }
        if (packed > length) throw new ImportException($"'{name}' is refused: its files overlap in the archive, as no honest archive does.");
    }

    private static bool LeadsOut(string path) => path.Length > 0 && (path[0] is '/' or '\\' || path.Contains(':', StringComparison.Ordinal) || path.Contains('\0', StringComparison.Ordinal)
        || path.Split('/', '\\').Contains(".."));

    private static string Shown(string path) => new([.. path.Where(c => !char.IsControl(c)).Take(80)]);

    public void Dispose() => _archive?.Dispose();
}

/// <summary>One piece of a data set.</summary>
public sealed class DatasetPart
{
    private readonly Func<Stream> _open;
    private readonly long _length;
    private readonly bool _gzip;
    private readonly bool _packed;

    private DatasetPart(string name, long length, long packed, Func<Stream> open)
    {
        _packed = packed < length;
        Packed = packed;
        _gzip = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        Name = _gzip ? name[..^3] : name;
        _length = length;
        _open = open;
    }

    /// <summary>File name without folders and without <c>.gz</c>.</summary>
    public string Name { get; }

    /// <summary>Bytes it takes up as delivered.</summary>
    internal long Packed { get; }

    internal static DatasetPart OfFile(FileInfo file) => new(file.Name, file.Length, file.Length, file.OpenRead);

    internal static DatasetPart OfEntry(ZipArchiveEntry entry) => new(entry.Name, entry.Length, entry.CompressedLength, entry.Open);

    /// <summary>The unpacked content, and how much of the packed content has been read (0..1).</summary>
    /// <exception cref="ImportException">It cannot be opened.</exception>
    internal (Stream Content, Func<double> Fraction) Open()
    {
        CountingStream counted;
        try
        {
            counted = new CountingStream(_open());
        }
        catch (InvalidDataException e)
        {
            throw new ImportException($"'{Name}' is damaged: {e.Message}", e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new ImportException($"'{Name}' cannot be opened: {e.Message}", e);
        }
        Stream content = _gzip ? new WholeGzipStream(counted) : counted;
        if (_gzip || _packed) content = new BombGuard(content, Name, Packed);
        return (content, () => _length <= 0 ? 1 : Math.Min(1, (double)counted.Count / _length));
    }

    /// <summary>Passes bytes through and counts them.</summary>
    private sealed class CountingStream(Stream inner) : ForwardStream(inner)
    {
        public long Count { get; private set; }
        public override int Read(Span<byte> buffer) { var read = Inner.Read(buffer); Count += read; return read; }
    }
}
