using Xunit;

using RecLab.Training;

namespace RecLab.Tests.Training;

public sealed class SilenceMeterTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);

    /// <summary>Looks once a second for a minute; the process has had <paramref name="share"/> of the time.</summary>
    private static double AfterAMinute(double share, bool wants, double from = 0)
    {
        var meter = new SilenceMeter();
        var counted = TimeSpan.Zero;
        for (var second = 0; second <= 60; second++) counted = meter.Look(At(second), At(from), TimeSpan.FromSeconds(second * share), wants);
        return counted.TotalSeconds;
    }

    [Fact]
    public void Silence_of_a_process_that_waits_for_something_else_counts_in_full() => Assert.Equal(60, AfterAMinute(0, wants: false), 6);

    [Fact]
    public void Silence_of_a_process_that_had_its_share_counts_in_full() => Assert.Equal(60, AfterAMinute(0.25, wants: true), 6);

    // 60 starved looks of a second each would leave nothing; a tenth is held against it all the same, so that silence ends some day.
    [Fact]
    public void Silence_of_a_starved_process_counts_a_tenth() => Assert.Equal(6, AfterAMinute(0.1, wants: true), 6);

    [Fact]
    public void A_word_from_it_begins_the_count_anew()
    {
        var meter = new SilenceMeter();
        for (var second = 0; second <= 30; second++) meter.Look(At(second), Start, TimeSpan.Zero, true);
        Assert.Equal(1, meter.Look(At(31), At(30), TimeSpan.Zero, false).TotalSeconds, 6);
        Assert.Equal(10, meter.Look(At(40), At(30), TimeSpan.Zero, false).TotalSeconds, 6);
    }
}
