using System.Buffers;
using System.Text.Json;
using RecLab.Serving;

namespace RecLab.Doors;

/// <summary>Writes a <see cref="RecommendationAnswer"/> as <see cref="ApiJson"/> would, with the lines of the items as they were written when the list was first shown.</summary>
internal static class AnswerWriter
{
    /// <summary>The lines of a list, a JSON array in UTF-8.</summary>
    public static byte[] Lines(ChosenList list, string currency)
    {
        var lines = new ItemLine[list.Items.Length];
        for (var i = 0; i < lines.Length; i++)
        {
            var (item, score, reason) = list.Items[i];
            lines[i] = new(item.Id, i + 1, score, item.Title, item.Url, DemoShop.ImageOf(item), item.Categories, item.Price, item.Price is null ? null : currency,
                [new(reason, reason == "viewed" ? list.About : null)]);
        }
        return JsonSerializer.SerializeToUtf8Bytes(lines, ApiJson.Default.IReadOnlyListItemLine);
    }

    /// <summary>One answer and nothing else, with its length.</summary>
    public static async Task WriteAsync(HttpResponse response, RecommendationAnswer head, byte[] lines, CancellationToken cancellation)
    {
        var body = new ArrayBufferWriter<byte>(lines.Length + 768);
        using (var json = new Utf8JsonWriter(body)) Write(json, head, lines);
        await WriteAsync(response, body.WrittenMemory, cancellation);
    }

    /// <summary>Several answers: a <see cref="BatchAnswer"/>.</summary>
    public static async Task WriteAsync(HttpResponse response, IReadOnlyList<(RecommendationAnswer Head, byte[] Lines)> answers, CancellationToken cancellation)
    {
        var body = new ArrayBufferWriter<byte>(answers.Sum(a => a.Lines.Length + 768));
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteStartArray("lists"u8);
            foreach (var (head, lines) in answers) Write(json, head, lines);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        await WriteAsync(response, body.WrittenMemory, cancellation);
    }

    /// <param name="head">The answer; its items are not looked at.</param>
    /// <param name="lines">See <see cref="Lines"/>.</param>
    public static void Write(Utf8JsonWriter json, RecommendationAnswer head, byte[] lines)
    {
        json.WriteStartObject();
        json.WriteString("recommendationId"u8, head.RecommendationId);
        json.WriteString("placement"u8, head.Placement);
        json.WriteString("served"u8, head.Served);
        json.WriteNumber("ttlSeconds"u8, head.TtlSeconds);
        json.WriteNumber("tookMs"u8, head.TookMs);
        json.WriteStartObject("experiment"u8);
        json.WriteString("id"u8, head.Experiment.Id);
        json.WriteString("variant"u8, head.Experiment.Variant);
        json.WriteString("reason"u8, head.Experiment.Reason);
        json.WriteEndObject();
        if (head.Model is { } model)
        {
            json.WriteStartObject("model"u8);
            json.WriteString("id"u8, model.Id);
            json.WriteNumber("version"u8, model.Version);
            json.WriteEndObject();
        }
        else json.WriteNull("model"u8);
        json.WriteString("fallback"u8, head.Fallback);
        json.WritePropertyName("items"u8);
        json.WriteRawValue(lines, skipInputValidation: true);
        if (head.About is not null) json.WriteString("about"u8, head.About);
        if (head.HostDecides) json.WriteBoolean("hostDecides"u8, true);
        json.WriteEndObject();
    }

    private static Task WriteAsync(HttpResponse response, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, cancellation).AsTask();
    }
}
