using System.IO.Compression;
using System.Text;
using RecLab.Recommenders.Data.Import;
using Xunit;

namespace RecLab.Recommenders.Tests.Data.Import;

/// <summary>Files that are wrong: each gets one clear sentence or a correct result.</summary>
public sealed class HostileFileTests : IDisposable
{
    private const string Heading = "user,item,rating,timestamp\n";
    private readonly ScratchFolder _folder = new();
    private static readonly ImportOptions Options = new() { Latest = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero), MostRefused = 0.5 };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "'a.csv' is empty.")]
    [InlineData(Heading, "'a.csv' has no rows.")]
    [InlineData("lorem ipsum dolor\nsit amet\n", "'a.csv' begins with 'lorem ipsum dolor'.")]
    [InlineData(Heading + "a,b,NaN,1\n", "None of the 1 rows of 'a.csv' could be read: the value must be a finite number (1 times, first in line 2).")]
    [InlineData(Heading + "a,b,1,-5\n", "None of the 1 rows of 'a.csv' could be read: the time must not be before 1970-01-01 (1 times, first in line 2).")]
    [InlineData(Heading + "a,b,1,1900000000\n", "None of the 1 rows of 'a.csv' could be read: the time must not lie in the future (1 times, first in line 2).")]
    [InlineData(Heading + "a,b,1,1\n\"c,d,1,1\ne,f,1,1\n", "In 'a.csv' a quote that opens in the record of line 3 is never closed.")]
    public void A_file_that_cannot_be_read_gets_one_sentence(string text, string sentence) =>
        Assert.EndsWith(sentence, Refused(_folder.Write("a.csv", text)), StringComparison.Ordinal);

    [Fact]
    public void A_file_of_no_layout_is_told_which_there_are() =>
        Assert.StartsWith("'a.csv' has none of the known layouts (MovieLens 100K; MovieLens 1M; ", Refused(_folder.Write("a.csv", "lorem ipsum")), StringComparison.Ordinal);

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("..\\windows\\u.data")]
    [InlineData("C:\\u.data")]
    [InlineData("a/../../ratings.csv")]
    [InlineData("ratings.csv\0.txt")]
    [InlineData("\\\\server\\share\\u.data")]
    public void An_archive_with_a_name_that_leads_out_of_it_is_refused_whole(string name) =>
        Assert.EndsWith("leads out of the archive.", Refused(_folder.Zip("out.zip", ("ratings.csv", Heading + "a,b,1,1\n"), (name, "x"))), StringComparison.Ordinal);

    [Fact]
    public void A_link_in_an_archive_is_refused()
    {
        var path = _folder.Zip("link.zip", ("ratings.csv", "/etc/passwd"));
        using (var archive = ZipFile.Open(path, ZipArchiveMode.Update)) archive.Entries[0].ExternalAttributes = unchecked((int)0xA1FF0000); // S_IFLNK | 0777
        Assert.Equal("'link.zip' is refused: 'ratings.csv' in it is a link, not a file.", Refused(path));
    }

    [Theory]
    [InlineData("NUL")]
    [InlineData("con.csv")]
    [InlineData("a/aux.csv")]
    [InlineData("LPT1.csv ")]
    [InlineData("\u202Evsc.sgnitar")]
    [InlineData(300)]
    public void What_a_file_is_called_does_not_matter_as_nothing_is_unpacked(object name)
    {
        var file = name as string ?? new string('n', (int)name);
        using var source = DatasetSource.Open(_folder.Zip("odd.zip", (file, Heading + "a,b,3,5\n")));
        var data = new DelimitedReader().Read(source, Options, null, TestContext.Current.CancellationToken).Interactions;
        Assert.Equal((1, 3f), (data.Count, data.Value[0]));
        Assert.Equal(["odd.zip"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void An_archive_of_too_many_files_is_refused_before_it_is_opened()
    {
        var path = _folder.Zip("many.zip", [.. Enumerable.Range(0, 10_001).Select(i => ($"{i}", ""))]);
        Assert.Equal("'many.zip' holds more than 10,000 files, the most a data set may have.", Refused(path));

        // An end record that tells less than there is: the headers themselves are counted, and no further than need be.
        var zip = File.ReadAllBytes(path);
        var end = zip.AsSpan().LastIndexOf("PK\x05\x06"u8);
        BitConverter.GetBytes((ushort)1).CopyTo(zip, end + 8);
        BitConverter.GetBytes((ushort)1).CopyTo(zip, end + 10);
        Assert.Equal("'few.zip' holds more than 10,000 files, the most a data set may have.", Refused(_folder.Write("few.zip", zip)));
    }

    [Fact]
    public void The_end_record_of_a_large_archive_is_believed_before_anything_is_read()
    {
        // A zip64 end record (APPNOTE 4.3.14) of five thousand million entries, its locator (4.3.15) and an end record that points to it; not one header.
        using var zip = new MemoryStream();
        using (var writer = new BinaryWriter(zip))
        {
            writer.Write("PK\x06\x06"u8); writer.Write(44L); writer.Write((ushort)45); writer.Write((ushort)45); writer.Write(0); writer.Write(0); writer.Write(5_000_000_000L); writer.Write(5_000_000_000L); writer.Write(0L); writer.Write(0L);
            writer.Write("PK\x06\x07"u8); writer.Write(0); writer.Write(0L); writer.Write(1);
            writer.Write("PK\x05\x06"u8); writer.Write((ushort)0); writer.Write((ushort)0); writer.Write(ushort.MaxValue); writer.Write(ushort.MaxValue); writer.Write(uint.MaxValue); writer.Write(uint.MaxValue); writer.Write((ushort)0);
        }
        Assert.Equal("'large.zip' holds 5,000,000,000 files, more than the 10,000 a data set may have.", Refused(_folder.Write("large.zip", zip.ToArray())));
    }

    [Fact]
    public void As_many_files_as_a_data_set_may_have_are_read()
    {
        using var source = DatasetSource.Open(_folder.Zip("most.zip", [.. Enumerable.Range(0, 9_999).Select(i => ($"{i}", "")), ("ratings.csv", Heading + "a,b,3,5\n")]));
        Assert.Equal(10_000, source.Parts.Count);
    }

    [Fact]
    public void A_file_that_unpacks_to_far_too_much_is_stopped()
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(new byte[4 << 20]);
        packed.Position = 0;
        using var guard = new BombGuard(new GZipStream(packed, CompressionMode.Decompress), "bomb.csv", packed.Length, free: 1 << 20);
        var buffer = new byte[1 << 16];
        long read = 0;
        var refused = Assert.Throws<ImportException>(() => { for (int got; (got = guard.Read(buffer)) > 0;) read += got; });
        Assert.Equal("'bomb.csv' unpacks to more than 250 times its size and is refused: rows of data do not pack that well.", refused.Message);
        Assert.InRange(read, 1 << 20, (2 << 20) + buffer.Length); // 4 MB of zeros pack about 1,000 to 1
    }

    [Fact]
    public void An_archive_whose_files_overlap_is_refused()
    {
        // Both entries of the directory point at the same packed bytes: the offset of the second is set to that of the first.
        var zip = File.ReadAllBytes(_folder.Zip("two.zip", ("a.csv", new string('x', 500) + Guid.NewGuid()), ("b.csv", new string('x', 500) + Guid.NewGuid())));
        var ends = Enumerable.Range(0, zip.Length - 4).Where(i => zip.AsSpan(i).StartsWith("PK\x01\x02"u8)).ToArray();
        foreach (var at in ends) BitConverter.GetBytes(1_000_000).CopyTo(zip, at + 20); // more packed bytes than the archive has
        Assert.Contains("overlap", Refused(_folder.Write("overlap.zip", zip)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_there_gets_one_sentence() =>
        Assert.Equal("There is no file or folder 'nothing.csv'.", Assert.Throws<ImportException>(() => DatasetReaders.Read(_folder["nothing.csv"], Options)).Message);

    [Fact]
    public void A_damaged_archive_gets_one_sentence()
    {
        Assert.Equal("'broken.zip' is not a zip archive that can be read.", Refused(_folder.Write("broken.zip", "PK no archive")));
        var whole = File.ReadAllBytes(_folder.Gzip("cut.csv.gz", Heading + string.Concat(Enumerable.Range(0, 200_000).Select(i => $"u{i % 997},i{i % 91},1,{i}\n"))));
        Assert.StartsWith("'cut.csv' is damaged after line ", Refused(_folder.Write("cut.csv.gz", whole[..(whole.Length / 2)])), StringComparison.Ordinal);
    }

    [Fact]
    public void Binary_content_gets_one_sentence() =>
        Assert.Contains("not a text file", Refused(_folder.Write("b.csv", [.. Encoding.UTF8.GetBytes(Heading + "a,b,1,1\n"), 0, 1, 2, 0, (byte)'\n'])), StringComparison.Ordinal);

    [Fact]
    public void One_user_one_item_one_rating_is_a_data_set()
    {
        var (data, report) = DatasetReaders.Read(_folder.Write("one.csv", Heading + "a,b,3,5\n"), Options);
        Assert.Equal((1, 1, 1, 1L), (data.Count, data.Users.Count, data.Items.Count, report.Accepted));
    }

    [Fact]
    public void Empty_and_overlong_ids_and_bytes_that_are_not_text_are_refused_by_line()
    {
        byte[] text = [.. Encoding.UTF8.GetBytes(Heading + "a,b,1,1\na,b,1,2\na,b,1,3\na,b,1,3\n,b,1,4\na,,1,4\n" + new string('z', 2000) + ",b,1,4\n"), (byte)'a', 0xff, .. ",b,1,4\n"u8];
        var (data, report) = DatasetReaders.Read(_folder.Write("ids.csv", text), Options);
        Assert.Equal(4, data.Count);
        Assert.Equal(new HashSet<string> { "the user id must not be empty", "the item id must not be empty", "an id must not be longer than 1024 bytes", "an id must be valid UTF-8" }, report.Refusals.Select(r => r.Rule).ToHashSet());
        Assert.Equal([6L, 7L, 8L, 9L], report.Refusals.SelectMany(r => r.Lines).Select(l => l.Line).Order());
        Assert.All(report.Refusals.SelectMany(r => r.Lines), l => Assert.InRange(l.Text.Length, 1, 201));
    }

    [Fact]
    public void Cancelling_stops_the_import()
    {
        using var cancel = new CancellationTokenSource();
        var path = _folder.Write("long.csv", Heading + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"u{i},i,1,{i}\n")));
        var last = 0.0;
        Assert.Throws<OperationCanceledException>(() => DatasetReaders.Read(path, Options, new Watch(p => { last = p.Fraction; cancel.Cancel(); }), cancel.Token));
        Assert.InRange(last, 0, 0.5);
    }

    [Fact]
    public void More_rows_than_the_limit_are_refused() =>
        Assert.Equal("'many.csv' has more than 3 rows, which is the limit set for an import.",
            Assert.Throws<ImportException>(() => DatasetReaders.Read(_folder.Write("many.csv", Heading + "a,b,1,1\na,b,1,2\na,b,1,3\na,b,1,3\n"), Options with { MostRows = 3 })).Message);

    private static string Refused(string path) => Assert.Throws<ImportException>(() => DatasetReaders.Read(path, Options)).Message;

    private sealed class Watch(Action<ImportProgress> each) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => each(value);
    }
}
