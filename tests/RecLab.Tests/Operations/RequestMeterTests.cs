using RecLab.Operations;
using Xunit;

namespace RecLab.Tests.Operations;

public sealed class RequestMeterTests
{
    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 1, 17, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Percentiles_are_right_within_five_percent()
    {
        var meter = new RequestMeter(_clock);
        for (var ms = 1; ms <= 1000; ms++) meter.Record("GET /x", TimeSpan.FromMilliseconds(ms), ms > 990);
        var line = Assert.Single(meter.Read());
        Assert.Equal((1000, 10), (line.Count, line.Errors));
        // 1..1000 ms once each: the median is 500, the 95th percentile 950, the 99th 990.
        Assert.InRange(line.P50.TotalMilliseconds, 475, 525);
        Assert.InRange(line.P95.TotalMilliseconds, 902, 998);
        Assert.InRange(line.P99.TotalMilliseconds, 940, 1040);
    }

    [Fact]
    public void What_is_older_than_five_minutes_is_forgotten()
    {
        var meter = new RequestMeter(_clock);
        meter.Record("GET /old", TimeSpan.FromMilliseconds(5), false);
        _clock.Advance(TimeSpan.FromMinutes(4));
        meter.Record("GET /new", TimeSpan.FromMilliseconds(5), false);
        Assert.Equal(2, meter.Read().Count);
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("GET /new", Assert.Single(meter.Read()).Route);
        _clock.Advance(TimeSpan.FromMinutes(10));
        meter.Record("GET /new", TimeSpan.FromMilliseconds(5), false);
        Assert.Equal(1, Assert.Single(meter.Read()).Count);
    }

    [Fact]
    public void No_answer_is_lost_when_many_are_counted_at_once()
    {
        var meter = new RequestMeter(_clock);
        Parallel.For(0, 20_000, i => meter.Record("GET /x", TimeSpan.FromMilliseconds(i % 100), false));
        Assert.Equal(20_000, Assert.Single(meter.Read()).Count);
    }
}
