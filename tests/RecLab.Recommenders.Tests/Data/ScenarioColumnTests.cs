using RecLab.Recommenders.Data;
using RecLab.Recommenders.Data.Cleaning;
using RecLab.Recommenders.Data.Import;
using RecLab.Recommenders.Data.Snapshots;
using RecLab.Recommenders.Tests.Data.Import;
using Xunit;

namespace RecLab.Recommenders.Tests.Data;

public sealed class ScenarioColumnTests : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private static readonly ImportOptions Options = new() { Latest = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero) };

    public void Dispose() => _folder.Dispose();

    private static Interactions Sample() => new(new(["a", "b"]), new(["x", "y"]), [0, 1, 0], [0, 1, 1], [1, 1, 1], [30, 10, 20], scenarios: ScenarioColumn.Of(["home", null, "cart"]));

    private static string[] Names(Interactions data) => [.. data.Scenarios!.OfRow.Select(s => s < 0 ? "-" : data.Scenarios.Names[s])];

    [Fact]
    public void Rows_keep_their_scenario_when_they_are_sorted_picked_and_described_anew()
    {
        var data = Sample(); // by time: b at 10, a at 20, a at 30
        Assert.Equal(["-", "cart", "home"], Names(data));
        Assert.Equal(["cart", "home"], data.Scenarios!.Names.Ids);
        Assert.Equal(["cart", "home"], Names(data.Where(row => data.User[row] == 0)));
        Assert.Equal(["-", "cart", "home"], Names(data.Describe(Catalogue.Empty, Audience.Empty)));
        Assert.Equal([1, 1], data.Scenarios.Counts());
        Assert.Null(ScenarioColumn.Of([null, null]));
    }

    [Fact]
    public void A_column_that_does_not_fit_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new ScenarioColumn(new(["home"]), [1]));
        Assert.Throws<ArgumentException>(() => new ScenarioColumn(Vocabulary.OfNumbers(ScenarioColumn.Most + 1), []));
        Assert.Throws<ArgumentException>(() => new Interactions(new(["a"]), new(["x"]), [0], [0], [1], [1], scenarios: new(new(["home"]), [0, 0])));
    }

    [Fact]
    public void A_snapshot_keeps_them_and_one_without_has_the_files_it_always_had()
    {
        var with = DatasetSnapshot.Write(_folder["with"], Sample());
        var read = DatasetSnapshot.Open(_folder["with"]);
        Assert.Equal(Names(Sample()), Names(read.Load()));
        Assert.Equal(["cart", "home"], read.Manifest.Scenarios!);
        var data = Sample();
        var without = DatasetSnapshot.Write(_folder["without"], new(data.Users, data.Items, data.User, data.Item, data.Value, data.Time));
        Assert.Equal(8, without.Manifest.Files.Count);
        Assert.Null(DatasetSnapshot.Open(_folder["without"]).Load().Scenarios);
        Assert.NotEqual(with.Hash, without.Hash);
    }

    [Fact]
    public void A_column_of_a_file_names_them_and_an_empty_field_is_not_known()
    {
        var (data, _) = DatasetReaders.Read(_folder.Write("shop.csv", "user,item,placement,time\na,x,home,1700000000\nb,y,,1700000100\na,y,cart,1700000200\n"), Options);
        Assert.Equal(["home", "-", "cart"], Names(data));
        var mapping = new ColumnMapping { User = "who", Item = "what", Scenario = "where" };
        (data, _) = DatasetReaders.Get("delimited").Read(_folder.Write("log.csv", "who,what,where\nann,cup,cart\n"), Options with { Columns = mapping });
        Assert.Equal(["cart"], Names(data));
        (data, _) = DatasetReaders.Get("json-lines").Read(_folder.Write("log.jsonl", "{\"who\":\"ann\",\"what\":\"cup\"}\n{\"who\":\"bob\",\"what\":\"cup\",\"where\":\"home\"}\n"), Options with { Columns = mapping });
        Assert.Equal(["-", "home"], Names(data));
        (data, _) = DatasetReaders.Get("delimited").Read(_folder.Write("plain.csv", "who,what\nann,cup\n"), Options with { Columns = mapping with { Scenario = null } });
        Assert.Null(data.Scenarios);
    }

    [Fact]
    public void A_column_with_a_name_for_nearly_every_row_is_no_column_of_scenarios()
    {
        var rows = string.Concat(Enumerable.Range(0, ScenarioColumn.Most + 1).Select(n => $"a,x,s{n}\n"));
        var refused = Assert.Throws<ImportException>(() => DatasetReaders.Read(_folder.Write("many.csv", "user,item,scenario\n" + rows), Options));
        Assert.Contains("more than 1,000 scenarios", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cleaning_keeps_the_scenarios_of_the_rows_that_stay()
    {
        var (clean, _) = Cleaner.Clean(Sample(), new() { MinPerUser = 2 });
        Assert.Equal(["cart", "home"], Names(clean));
    }
}
