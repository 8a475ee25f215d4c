using System.Text.Json;
using System.Text.Json.Serialization;

namespace RecLab.Client;

internal sealed record EventBatch(DateTimeOffset SentAt, IReadOnlyList<RecLabEvent> Events);
internal sealed record PageLists(IReadOnlyList<RecommendationList> Lists);
internal sealed record ProblemBody(string? Title, string? Detail, string? TraceId);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RecommendationQuery))]
[JsonSerializable(typeof(RecommendationList))]
[JsonSerializable(typeof(PageQuery))]
[JsonSerializable(typeof(PageLists))]
[JsonSerializable(typeof(HostExposure))]
[JsonSerializable(typeof(RecordedExposure))]
[JsonSerializable(typeof(EventBatch))]
[JsonSerializable(typeof(EventReceipts))]
[JsonSerializable(typeof(SoldItem))]
[JsonSerializable(typeof(ItemsStored))]
[JsonSerializable(typeof(ProblemBody))]
internal sealed partial class ClientJson : JsonSerializerContext;
