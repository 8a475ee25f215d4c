using System.Text;
using Microsoft.AspNetCore.Components.Forms;

namespace RecLab.Data;

/// <summary>Receives the files of one upload into a folder of its own; names from outside never choose where.</summary>
public sealed class UploadBox(string folder)
{
    /// <summary>Files in one upload, and bytes in all of them.</summary>
    public const int MostFiles = 20;
    public const long MostBytes = 2L << 30;

    /// <summary>File systems allow 255.</summary>
    private const int MostNameBytes = 200;

    /// <summary>Where the files lie once received: the file itself, or the folder where there are several.</summary>
    public string? Path { get; private set; }

    /// <summary>Receives the files.</summary>
    /// <param name="progress">Receives the share of all bytes, 0..1.</param>
    /// <exception cref="ImportRefusedException">Too many or too large, or a name that is none.</exception>
    public async Task ReceiveAsync(IReadOnlyList<IBrowserFile> files, IProgress<double> progress, CancellationToken cancellation)
    {
        if (files.Count is 0 or > MostFiles) throw new ImportRefusedException($"Choose 1 to {MostFiles} files.");
        var total = files.Sum(f => f.Size);
        if (total > MostBytes) throw new ImportRefusedException($"Together the files are larger than the {MostBytes >> 30} GB an upload may be; put them on the server and import them by path.");
        Directory.CreateDirectory(folder);
        var received = 0L;
        var buffer = new byte[1 << 16];
        try
        {
            foreach (var file in files)
            {
                await using var from = file.OpenReadStream(MostBytes, cancellation);
                await using var to = new FileStream(System.IO.Path.Combine(folder, Safe(file.Name)), FileMode.CreateNew);
                for (int read; (read = await from.ReadAsync(buffer, cancellation)) > 0; received += read, progress.Report(total == 0 ? 1 : (double)received / total))
                    await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
            }
        }
        catch
        {
            Drop();
            throw;
        }
        Path = files.Count == 1 ? System.IO.Path.Combine(folder, Safe(files[0].Name)) : folder;
    }

    /// <summary>Receives one file whose size nobody has told.</summary>
    /// <returns>Its bytes.</returns>
    /// <exception cref="UploadTooLargeException">It goes on beyond <see cref="MostBytes"/>.</exception>
    /// <exception cref="ImportRefusedException">Its name is none.</exception>
    public async Task<long> ReceiveAsync(string name, Stream from, CancellationToken cancellation)
    {
        var path = System.IO.Path.Combine(folder, Safe(name));
        Directory.CreateDirectory(folder);
        var received = 0L;
        var buffer = new byte[1 << 16];
        try
        {
            await using var to = new FileStream(path, FileMode.CreateNew);
            for (int read; (read = await from.ReadAsync(buffer, cancellation)) > 0;)
            {
                if ((received += read) > MostBytes) throw new UploadTooLargeException($"The file is larger than the {MostBytes >> 30} GB an upload may be.");
                await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
            }
        }
        catch
        {
            Drop();
            throw;
        }
        Path = path;
        return received;
    }

    /// <summary>Throws the upload away.</summary>
    public void Drop()
    {
        Path = null;
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    /// <summary>The last part of the name, which layouts are recognised by, without anything that could lead elsewhere.</summary>
    public static string Safe(string name)
    {
        var last = name.Split('/', '\\')[^1];
        var safe = new string([.. last.Where(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or ' ').Take(120)]).Trim('.', ' ');
        while (Encoding.UTF8.GetByteCount(safe) > MostNameBytes) safe = safe[1..]; // the end says what kind of file it is
        return safe.Length > 0 ? safe : throw new ImportRefusedException($"A file cannot be called '{name}'.");
    }
}
