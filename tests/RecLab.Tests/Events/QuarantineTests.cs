using RecLab.Events;
using Xunit;

namespace RecLab.Tests.Events;

public sealed class QuarantineTests : IDisposable
{
    private readonly LogBook _book = new();

    public void Dispose() => _book.Dispose();

    private void Sets_aside(string reason, ReceivedEvent e)
    {
        var before = _book.Totals();
        Assert.Equal((EventStatus.Quarantined, reason), (_book.Take(e) is var r ? (r.Status, r.Reason) : default));
        Assert.Equal(before, _book.Totals());
        Assert.Empty(_book.Rows($"SELECT * FROM event WHERE hex(id) = '{e.Id:N}' COLLATE NOCASE"));
        Assert.Equal([$"{reason} {e.Type}"], _book.Rows($"SELECT reason, type FROM quarantine WHERE hex(id) = '{e.Id:N}' COLLATE NOCASE"));
        Assert.Equal(["1"], _book.Rows($"SELECT sum(count) FROM tally WHERE kind = 'quarantined:{reason}'"));
    }

    [Fact]
    public void A_seal_changed_in_one_character_changes_no_number()
    {
        var list = LogBook.List();
        _book.Serve(list);
        var id = _book.Sealer.Seal(list).ToString();
        var last = id[^1] == 'A' ? 'B' : 'A';
        Sets_aside(QuarantineReasons.Forged, _book.Event("click", list) with { Recommendation = id[..^1] + last });
    }

    [Fact]
    public void The_seal_of_another_list_does_not_fit()
    {
        Exposure mine = LogBook.List("u1"), other = LogBook.List("u1");
        _book.Serve(mine, other);
        var swapped = new SealedId(mine.Id, _book.Sealer.Seal(other).Seal).ToString();
        Sets_aside(QuarantineReasons.Forged, _book.Event("click", mine) with { Recommendation = swapped });
    }

    [Fact]
    public void A_list_nobody_served_is_unknown()
    {
        var never = LogBook.List();
        Sets_aside(QuarantineReasons.Unknown, _book.Event("click", never));
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("0199f0c2-0000-7000-8000-000000000000")]
    [InlineData("0199f0c2-0000-7000-8000-000000000000.short")]
    [InlineData("0199f0c2-0000-7000-8000-000000000000.'; DROP TABLE --")]
    public void What_is_no_id_is_malformed(string id) => Sets_aside(QuarantineReasons.Malformed, _book.Event("click", null) with { Recommendation = id });

    [Fact]
    public void Another_users_list_or_an_item_that_was_not_in_it_is_foreign()
    {
        var list = LogBook.List("u1");
        _book.Serve(list);
        Sets_aside(QuarantineReasons.Foreign, _book.Event("click", list, unit: "u2"));
        var absent = _book.Event("click", list, "i99");
        Assert.Equal(QuarantineReasons.Foreign, _book.Take(absent).Reason);
    }

    [Fact]
    public void A_list_looked_at_again_after_a_week_is_replayed()
    {
        var list = LogBook.List();
        _book.Serve(list);
        Sets_aside(QuarantineReasons.Replayed, _book.Event("viewable", list, after: 7 * 86_400_000L + 1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Live_and_simulated_do_not_mix(bool simulatedList)
    {
        var list = LogBook.List(simulated: simulatedList);
        _book.Serve(list);
        Sets_aside(QuarantineReasons.Mixed, _book.Event("click", list) with { Simulated = !simulatedList });
    }

    [Fact]
    public void The_seal_depends_on_everything_it_covers()
    {
        var list = LogBook.List();
        string[] seals =
        [
            .. new[]
            {
                list, list with { Placement = "homeu" }, list with { Unit = "u2" }, list with { Experiment = 2 }, list with { Phase = 2 }, list with { Arm = 1 }, list with { Variant = 9 },
                list with { Simulated = true }, list with { Id = Guid.CreateVersion7() }, list with { Placement = "hom", Unit = "eu1" },
            }.Select(l => _book.Sealer.Seal(l).Seal),
            new IdSealer(new byte[32]).Seal(list).Seal,
        ];
        Assert.Equal(seals.Length, seals.Distinct().Count());
        Assert.Equal(seals[0], _book.Sealer.Seal(list with { Items = ["x"], Propensities = [1] }).Seal);
    }
}
