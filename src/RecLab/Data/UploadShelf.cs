using System.Collections.Concurrent;

namespace RecLab.Data;

/// <summary>A file that was received and waits to be imported.</summary>
/// <param name="Owner">Whose it is; nobody else finds it.</param>
public sealed record Upload(string Id, string Name, long Bytes, string Path, int Owner, DateTimeOffset ExpiresAt);

/// <summary>Keeps files that a program sent until it says what is to become of them; an hour at most, and none over a restart.</summary>
public sealed class UploadShelf : IDisposable
{
    /// <summary>So many wait at once, and this long.</summary>
    public const int Most = 20;
    public static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    /// <summary>Files that may arrive at the same time: nobody knows yet how large they become.</summary>
    private const int MostComing = 4;

    /// <summary>Bytes that may wait before another is taken.</summary>
    private const long MostBytes = 8L << 30;

    /// <summary>How often files whose time is over are looked for.</summary>
    private static readonly TimeSpan Looks = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, (Upload Upload, UploadBox Box)> _waiting = new(StringComparer.Ordinal);
    private readonly ImportDesk _imports;
    private readonly TimeProvider _clock;
    private readonly ITimer _looking;
    private int _coming;

    public UploadShelf(ImportDesk imports, TimeProvider clock, ILogger<UploadShelf> log)
    {
        (_imports, _clock) = (imports, clock);
        _looking = clock.CreateTimer(_ =>
        {
            try { Sweep(); }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException) { log.LogWarning(fault, "An upload that nobody imported could not be removed."); }
        }, null, Looks, Looks);
    }

    /// <summary>Receives a file.</summary>
    /// <param name="name">What it is called, from which layouts are recognised; it never chooses where the file lies.</param>
    /// <exception cref="UploadTooLargeException">It is too large.</exception>
    /// <exception cref="ImportRefusedException">The name is none.</exception>
    /// <exception cref="UploadsWaitException">Too many come or wait already.</exception>
    public async Task<Upload> ReceiveAsync(string name, Stream from, int owner, CancellationToken cancellation)
    {
        Sweep();
        var coming = Interlocked.Increment(ref _coming);
        if (coming > MostComing || coming + _waiting.Count > Most || _waiting.Values.Sum(w => w.Upload.Bytes) > MostBytes)
        {
            Interlocked.Decrement(ref _coming);
            throw new UploadsWaitException("Too many uploads come or wait already; import one of them, or come again later.");
        }
        try
        {
            var id = Guid.NewGuid().ToString("N");
            var box = new UploadBox(Path.Combine(_imports.Uploads, id));
            var bytes = await box.ReceiveAsync(name, from, cancellation);
            var upload = new Upload(id, UploadBox.Safe(name), bytes, box.Path!, owner, _clock.GetUtcNow() + Kept);
            _waiting[id] = (upload, box);
            return upload;
        }
        finally
        {
            Interlocked.Decrement(ref _coming);
        }
    }

    /// <summary>An upload of this owner, or null.</summary>
    public Upload? Find(string id, int owner) => _waiting.TryGetValue(id, out var kept) && kept.Upload.Owner == owner && kept.Upload.ExpiresAt > _clock.GetUtcNow() ? kept.Upload : null;

    /// <summary>Gives an upload out of hand: whoever takes it removes its file.</summary>
    /// <returns>False when it is gone.</returns>
    public bool Take(Upload upload) => _waiting.TryRemove(upload.Id, out _);

    /// <summary>Puts back what was taken and not used.</summary>
    public void Return(Upload upload) => _waiting[upload.Id] = (upload, new UploadBox(Path.GetDirectoryName(upload.Path)!));

    public void Dispose() => _looking.Dispose();

    private void Sweep()
    {
        foreach (var (id, kept) in _waiting)
            if (kept.Upload.ExpiresAt <= _clock.GetUtcNow() && _waiting.TryRemove(id, out var old)) old.Box.Drop();
    }
}
