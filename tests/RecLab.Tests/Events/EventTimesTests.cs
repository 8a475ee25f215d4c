using RecLab.Events;
using Xunit;

namespace RecLab.Tests.Events;

public sealed class EventTimesTests
{
    private const long Received = LogBook.Noon, Minute = 60_000, Hour = 3_600_000, Day = 86_400_000;

    [Theory]
    [InlineData(-Day)]
    [InlineData(0)]
    [InlineData(Day)]
    public void A_clock_that_is_a_day_off_changes_nothing(long skew) =>
        Assert.Equal((Received - 2_000, EventFlags.None), EventTimes.Derive("click", Received + skew - 2_500, Received + skew - 500, Received, simulated: false));

    [Theory]
    [InlineData("click", 30 * Minute, EventFlags.None)]
    [InlineData("click", 30 * Minute + 1, EventFlags.Late)]
    [InlineData("purchase", 30 * Minute + 1, EventFlags.None)]
    [InlineData("purchase", 72 * Hour, EventFlags.None)]
    [InlineData("purchase", 72 * Hour + 1, EventFlags.Stale)]
    [InlineData("viewable", 73 * Hour, EventFlags.Stale)]
    public void Late_is_a_matter_of_delivery(string type, long age, EventFlags flags) =>
        Assert.Equal((Received - age, flags), EventTimes.Derive(type, Received - age, Received, Received, simulated: false));

    [Fact]
    public void What_happens_after_it_was_sent_is_marked_and_dated_to_its_arrival() =>
        Assert.Equal((Received, EventFlags.Future), EventTimes.Derive("click", Received + 5_000, Received, Received, simulated: false));

    [Fact]
    public void Without_times_it_happened_when_it_arrived() => Assert.Equal((Received, EventFlags.None), EventTimes.Derive("click", null, null, Received, simulated: false));

    [Fact]
    public void Simulated_time_is_taken_as_given() => Assert.Equal((5L, EventFlags.None), EventTimes.Derive("click", 5, 9, Received, simulated: true));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(Day - 1, 0)]
    [InlineData(Day, 1)]
    [InlineData(-1, -1)]
    [InlineData(-Day, -1)]
    public void Days_are_counted_from_1970(long at, int day) => Assert.Equal(day, EventTimes.DayOf(at));

    [Fact]
    public void Uuids_stand_for_themselves_and_other_ids_for_their_hash()
    {
        Assert.Equal(EventIds.Of("0199F0C3-0000-7000-8000-00000000000a"), EventIds.Of("0199f0c3-0000-7000-8000-00000000000A"));
        Assert.Equal("0199f0c3-0000-7000-8000-00000000000a", EventIds.Of("0199f0c3-0000-7000-8000-00000000000a").ToString());
        Assert.NotEqual(EventIds.Of("a"), EventIds.Of("b"));
        // printf abc | sha256sum
        Assert.Equal("ba7816bf-8f01-cfea-4141-40de5dae2223", EventIds.Of("abc").ToString());
    }

    /// <summary>Computed apart from the program: hashlib.sha256(bytes([space]) + id).digest()[:10] after the first six bytes of the id.</summary>
    [Theory]
    [InlineData("0199f0c3-0000-7000-8000-00000000000a", IdSpace.Page, "0199f0c3-0000-8228-57d3-0ed9321a67e7")]
    [InlineData("0199f0c3-0000-7000-8000-00000000000a", IdSpace.Simulated, "0199f0c3-0000-eeeb-6baf-86c977903b48")]
    [InlineData("abc", IdSpace.Page, "ba7816bf-8f01-a2ab-65d5-a343b2b646cb")]
    public void Ids_of_pages_and_of_simulated_visitors_are_kept_apart_and_keep_their_time(string id, IdSpace space, string stored) => Assert.Equal(stored, EventIds.Of(id, space).ToString());
}
