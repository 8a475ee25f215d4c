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
[JsonSerializable(typeof(Page<VariantInfo>), TypeInfoPropertyName = "PageOfVariantInfo")]
[JsonSerializable(typeof(NewVariant))]
[JsonSerializable(typeof(NewTraining))]
[JsonSerializable(typeof(Page<TrainingInfo>), TypeInfoPropertyName = "PageOfTrainingInfo")]
[JsonSerializable(typeof(NewExperiment))]
[JsonSerializable(typeof(Page<ExperimentInfo>), TypeInfoPropertyName = "PageOfExperimentInfo")]
[JsonSerializable(typeof(Page<ExposedUser>), TypeInfoPropertyName = "PageOfExposedUser")]
[JsonSerializable(typeof(Page<DatasetInfo>), TypeInfoPropertyName = "PageOfDatasetInfo")]
[JsonSerializable(typeof(SentFile))]
[JsonSerializable(typeof(NewDataset))]
[JsonSerializable(typeof(UserInfo))]
[JsonSerializable(typeof(ToldAttributes))]
[JsonSerializable(typeof(Deletion))]
[JsonSerializable(typeof(NewKey))]
[JsonSerializable(typeof(KeyOverlap))]
[JsonSerializable(typeof(MadeKey))]
internal sealed partial class ClientJson : JsonSerializerContext;
