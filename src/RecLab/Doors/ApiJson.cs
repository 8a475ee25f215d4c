using System.Text.Json.Serialization;

namespace RecLab.Doors;

/// <summary>How answers of the API are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RecommendationAnswer))]
[JsonSerializable(typeof(BatchAnswer))]
[JsonSerializable(typeof(EventsAnswer))]
[JsonSerializable(typeof(ExposureAnswer))]
[JsonSerializable(typeof(ListsAnswer))]
internal sealed partial class ApiJson : JsonSerializerContext;
