using System.Text.Json.Serialization;

namespace RecLab.Doors;

/// <summary>How answers of the API are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RecommendationAnswer))]
[JsonSerializable(typeof(BatchAnswer))]
[JsonSerializable(typeof(EventsAnswer))]
[JsonSerializable(typeof(ExposureAnswer))]
[JsonSerializable(typeof(ListsAnswer))]
[JsonSerializable(typeof(ItemAnswer))]
[JsonSerializable(typeof(ItemsAnswer))]
[JsonSerializable(typeof(ItemsStoredAnswer))]
[JsonSerializable(typeof(ItemGoneAnswer))]
[JsonSerializable(typeof(PlacementAnswer))]
[JsonSerializable(typeof(PlacementsAnswer))]
[JsonSerializable(typeof(VariantAnswer))]
[JsonSerializable(typeof(VariantsAnswer))]
[JsonSerializable(typeof(TrainingAnswer))]
[JsonSerializable(typeof(TrainingsAnswer))]
[JsonSerializable(typeof(TrainingMetricsAnswer))]
[JsonSerializable(typeof(TrainingLogAnswer))]
[JsonSerializable(typeof(ExperimentAnswer))]
[JsonSerializable(typeof(ExperimentsAnswer))]
[JsonSerializable(typeof(AssignmentAnswer))]
[JsonSerializable(typeof(Experiments.ExperimentNumbers))]
[JsonSerializable(typeof(DatasetAnswer))]
[JsonSerializable(typeof(DatasetsAnswer))]
[JsonSerializable(typeof(AuditAnswer))]
[JsonSerializable(typeof(KeysAnswer))]
internal sealed partial class ApiJson : JsonSerializerContext;
