using RecLab.Doors;
using Xunit;

namespace RecLab.Tests.Doors;

public sealed class OriginBookTests
{
    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 1, 17, 14, 0, 0, TimeSpan.Zero));
    private readonly OriginBook _book;

    public OriginBookTests() => _book = new(_clock);

    [Fact]
    public void Keeps_the_last_hour_apart_by_fate_and_names_the_last_refusal()
    {
        _book.Add("https://shop.example", "home", null);
        _book.Add("https://shop.example", "cart", null);
        _book.Add("https://shop.example", null, "The key was revoked.");
        var seen = Assert.Single(_book.LastHour());
        Assert.Equal((2, 1, "The key was revoked."), (seen.Answered, seen.Refused, seen.LastRefusal));
        Assert.Equal(["cart", "home"], seen.Placements);
        _clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Single(_book.LastHour());
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(_book.LastHour());
    }

    [Fact]
    public void A_flood_of_invented_origins_never_pushes_out_a_real_one()
    {
        _book.Add("https://shop.example", "home", null);
        for (var i = 0; i < 1000; i++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            _book.Add($"https://{i}.invented.example", null, "This origin is not on the key's list.");
        }
        Assert.Equal(200, _book.LastHour().Count);
        Assert.Contains(_book.LastHour(), s => s.Origin == "https://shop.example");
    }
}
