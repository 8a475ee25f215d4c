using RecLab.Recommenders.Data;
using RecLab.Recommenders.Data.Snapshots;
using RecLab.Recommenders.Tests.Data.Import;
using Xunit;

namespace RecLab.Recommenders.Tests.Data.Snapshots;

public sealed class DatasetSnapshotTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static Interactions Sample(float first = 3) => new(
        new Vocabulary(["ann", "line\nend", "🦊"]), new Vocabulary(["x", "y"]), [2, 0, 1], [1, 0, 1], [first, 4.5f, 1], [10, 20, 20],
        new Catalogue([new("y", "Why", ["a", "b"], "text", "https://shop.test/y.png", null, 1250, [0.5f, -1], new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" }), new("x", "Ex", [])]),
        new Audience([new("ann", new Dictionary<string, string> { ["age"] = "30" })]));

    [Fact]
    public void What_was_written_is_read_back()
    {
        DatasetSnapshot.Write(_folder["set"], Sample());
        var snapshot = DatasetSnapshot.Open(_folder["set"]);
        var (read, was) = (snapshot.Load(), Sample());
        Assert.Equal(was.Users.Ids, read.Users.Ids);
        Assert.Equal(was.Items.Ids, read.Items.Ids);
        Assert.Equal(was.User, read.User);
        Assert.Equal(was.Item, read.Item);
        Assert.Equal(was.Value, read.Value);
        Assert.Equal(was.Time, read.Time);
        Assert.Equivalent(was.Catalogue["y"], read.Catalogue["y"], strict: true);
        Assert.Equal("30", read.Audience["ann", "age"]);
        Assert.Equal((3, 3, 2, 2, 1), (snapshot.Manifest.Rows, snapshot.Manifest.Users, snapshot.Manifest.Items, snapshot.Manifest.DescribedItems, snapshot.Manifest.DescribedUsers));
        Assert.Equal((DateTimeOffset.FromUnixTimeSeconds(10), DateTimeOffset.FromUnixTimeSeconds(20)), (snapshot.Manifest.First, snapshot.Manifest.Last));
    }

    [Fact]
    public void Same_content_has_the_same_hash_and_other_content_another()
    {
        var one = DatasetSnapshot.Write(_folder["one"], Sample()).Hash;
        Assert.Equal(one, DatasetSnapshot.Write(_folder["two"], Sample()).Hash);
        Assert.Equal(one, DatasetSnapshot.Write(_folder["three"], DatasetSnapshot.Open(_folder["one"]).Load()).Hash);
        Assert.NotEqual(one, DatasetSnapshot.Write(_folder["four"], Sample(first: 2)).Hash);
        Assert.Matches("^[0-9a-f]{64}$", one);
    }

    [Fact]
    public void A_knowledge_graph_is_kept_and_is_part_of_the_content()
    {
        var plain = DatasetSnapshot.Write(_folder["plain"], Sample());
        Assert.DoesNotContain(plain.Manifest.Files, f => f.Name.StartsWith("edge-", StringComparison.Ordinal)); // as it was before there were graphs
        Assert.Null(plain.Load().Catalogue.Graph);

        var snapshot = DatasetSnapshot.Write(_folder["graph"], With(1));
        Assert.NotEqual(plain.Hash, snapshot.Hash);
        Assert.NotEqual(snapshot.Hash, DatasetSnapshot.Write(_folder["other"], With(0)).Hash);
        Assert.Equal(snapshot.Hash, DatasetSnapshot.Write(_folder["again"], DatasetSnapshot.Open(_folder["graph"]).Load()).Hash);
        var graph = DatasetSnapshot.Open(_folder["graph"]).Load().Catalogue.Graph!;
        Assert.Equal(["e\tone", "🦊"], graph.Entities.Ids);
        Assert.Equal(["r", "s"], graph.Relations.Ids);
        Assert.Equal(["y"], graph.Linked.Ids);
        int[][] columns = [graph.Head, graph.Relation, graph.Tail, graph.EntityOf];
        Assert.Equal([[0, 1], [0, 1], [1, 1], [1]], columns);

        var file = Path.Combine(_folder["graph"], "linked.i32");
        File.WriteAllBytes(file, [9, 0, 0, 0]);
        Assert.Equal("The file linked.i32 of the snapshot 'graph' was changed after it was written.", Assert.Throws<SnapshotException>(() => DatasetSnapshot.Open(_folder["graph"]).Load()).Message);

        static Interactions With(int entity) => Sample().Describe(new(Sample().Catalogue.Items,
            new(new Vocabulary(["e\tone", "🦊"]), new Vocabulary(["r", "s"]), [0, 1], [0, 1], [1, 1], new Vocabulary(["y"]), [entity])), Sample().Audience);
    }

    [Fact]
    public void An_empty_data_set_has_a_snapshot_too()
    {
        DatasetSnapshot.Write(_folder["none"], new(Vocabulary.Empty, Vocabulary.Empty, [], [], [], []));
        Assert.Equal(0, DatasetSnapshot.Open(_folder["none"]).Load().Count);
    }

    [Fact]
    public void A_snapshot_is_never_overwritten_and_leaves_nothing_beside_it()
    {
        DatasetSnapshot.Write(_folder["set"], Sample());
        Assert.Equal("There is already something at 'set'; a snapshot is never overwritten.", Assert.Throws<SnapshotException>(() => DatasetSnapshot.Write(_folder["set"], Sample(1))).Message);
        Assert.Equal(["set"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_changed_cut_or_missing_file_is_noticed()
    {
        DatasetSnapshot.Write(_folder["set"], Sample());
        var file = Path.Combine(_folder["set"], "value.f32");
        var bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(file, [.. bytes[..^1], (byte)(bytes[^1] ^ 1)]);
        Assert.Equal("The file value.f32 of the snapshot 'set' was changed after it was written.", Assert.Throws<SnapshotException>(() => DatasetSnapshot.Open(_folder["set"]).Load()).Message);
        File.WriteAllBytes(file, bytes[..^1]);
        Assert.Equal("The file value.f32 of the snapshot 'set' is 11 bytes long instead of 12.", Assert.Throws<SnapshotException>(() => DatasetSnapshot.Open(_folder["set"])).Message);
        File.Delete(file);
        Assert.Equal("The file value.f32 of the snapshot 'set' is missing.", Assert.Throws<SnapshotException>(() => DatasetSnapshot.Open(_folder["set"])).Message);
    }

    [Fact]
    public void A_manifest_that_is_missing_malformed_or_tampered_with_is_refused()
    {
        Assert.Equal("There is no snapshot at 'none'.", Assert.Throws<SnapshotException>(() => DatasetSnapshot.Open(_folder["none"])).Message);
        DatasetSnapshot.Write(_folder["set"], Sample());
        var file = Path.Combine(_folder["set"], "manifest.json");
        var text = File.ReadAllText(file);
        File.WriteAllText(file, text.Replace("value.f32", "../value.f32", StringComparison.Ordinal));
        Assert.Contains("does not list the files", Assert.Throws<SnapshotException>(() => DatasetSnapshot.Open(_folder["set"])).Message, StringComparison.Ordinal);
        File.WriteAllText(file, text[..^30]);
        Assert.Equal("The manifest of the snapshot 'set' is damaged.", Assert.Throws<SnapshotException>(() => DatasetSnapshot.Open(_folder["set"])).Message);
    }
}
