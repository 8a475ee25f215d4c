using System.Text;
using System.Text.Json;
using RecLab.Doors;
using RecLab.Recommenders.Data;
using RecLab.Serving;
using Xunit;

namespace RecLab.Tests.Doors;

/// <summary>The hand-written answer is what the serialiser of the same types would write, which is what the API's description is made from.</summary>
public sealed class AnswerWriterTests
{
    private static readonly DateTimeOffset Served = new(2026, 1, 17, 10, 0, 5, 120, TimeSpan.Zero);

    private static ChosenList List(string? about = null) => new(null, null,
    [
        new(new ItemInfo("a \"quoted\" id", "Crème brûlée </script>", ["sweets", "été"], Price: 499), 0.1f, "history"),
        new(new ItemInfo("b", "", [], ImageUrl: "https://shop.example/b.png"), -3.5e-8f, "viewed"),
    ], ["a \"quoted\" id", "b"], [0.98, 0.001], about);

    public static TheoryData<string> Answers() => ["plain", "about", "fallback", "host", "empty"];

    [Theory]
    [MemberData(nameof(Answers))]
    public void It_is_what_the_serialiser_writes(string which)
    {
        var list = which is "host" or "empty" ? ChosenList.Empty : List(which == "about" ? "c" : null);
        var answer = new RecommendationAnswer(which == "host" ? null : "0198-x.seal", "home", Served, 60, 1.25, new(which == "plain" ? "exp" : null, "als", "assigned"),
            which == "fallback" ? null : new("als", 3), which == "fallback" ? "popularity" : null, [], list.About, which == "host");
        var lines = AnswerWriter.Lines(list, "EUR");
        var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body)) AnswerWriter.Write(json, answer, lines);
        var expected = answer with { Items = JsonSerializer.Deserialize(lines, ApiJson.Default.IReadOnlyListItemLine)! };
        Assert.Equal(list.Items.Length, expected.Items.Count);
        Assert.Equal(JsonSerializer.Serialize(expected, ApiJson.Default.RecommendationAnswer), Encoding.UTF8.GetString(body.ToArray()));
    }

    [Fact]
    public void A_line_says_title_price_picture_and_what_it_follows_from()
    {
        using var lines = JsonDocument.Parse(AnswerWriter.Lines(List("c"), "EUR"));
        var (first, second) = (lines.RootElement[0], lines.RootElement[1]);
        Assert.Equal(("a \"quoted\" id", 1, "Crème brûlée </script>", 499, "EUR"), (first.GetProperty("id").GetString(), first.GetProperty("rank").GetInt32(), first.GetProperty("title").GetString(), first.GetProperty("price").GetInt32(), first.GetProperty("currency").GetString()));
        Assert.Equal("/covers/a%20%22quoted%22%20id.svg", first.GetProperty("image").GetString());
        Assert.Equal(JsonValueKind.Null, first.GetProperty("reasons")[0].GetProperty("itemId").ValueKind);
        Assert.Equal(("https://shop.example/b.png", JsonValueKind.Null), (second.GetProperty("image").GetString(), second.GetProperty("currency").ValueKind));
        Assert.Equal(("viewed", "c"), (second.GetProperty("reasons")[0].GetProperty("type").GetString(), second.GetProperty("reasons")[0].GetProperty("itemId").GetString()));
    }

    [Fact]
    public void What_is_written_of_a_list_is_kept_from_its_second_showing_on_and_not_for_lists_shown_once()
    {
        var (list, times) = (List(), 0);
        byte[] Write(ChosenList shown) { times++; return AnswerWriter.Lines(shown, "EUR"); }
        var (first, text) = (list.Written(Write), list.Text);
        Assert.NotSame(first, list.Written(Write));
        Assert.NotSame(text, list.Text);
        Assert.Same(list.Written(Write), list.Written(Write));
        Assert.Same(list.Text, list.Text);
        Assert.Equal(first, list.Written(Write));
        Assert.Equal(2, times);
    }
}
