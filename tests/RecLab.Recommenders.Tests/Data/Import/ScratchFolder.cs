using System.IO.Compression;
using System.Text;

namespace RecLab.Recommenders.Tests.Data.Import;

/// <summary>A folder for one test, removed afterwards.</summary>
public sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("reclab-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    public string Gzip(string name, string text)
    {
        using var gzip = new GZipStream(File.Create(this[name]), CompressionLevel.Fastest);
        gzip.Write(Encoding.UTF8.GetBytes(text));
        return this[name];
    }

    public string Zip(string name, params (string Entry, string Text)[] entries)
    {
        using var archive = ZipFile.Open(this[name], ZipArchiveMode.Create);
        foreach (var (entry, text) in entries)
        {
            using var stream = archive.CreateEntry(entry).Open();
            stream.Write(Encoding.UTF8.GetBytes(text));
        }
        return this[name];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
