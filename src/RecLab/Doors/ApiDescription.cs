using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace RecLab.Doors;

/// <summary>A parameter of a route as it is described.</summary>
internal sealed record Parameter(string Name, string Description, JsonNode? Example = null, JsonSchemaType Type = JsonSchemaType.String, bool Required = false, bool InPath = false);

/// <summary>What one route takes and answers, for <c>/openapi/v1.json</c>. The examples are tried by a test.</summary>
internal sealed record RouteDescription(string Id, string Summary, string Description, Type Answer)
{
    public IReadOnlyList<Parameter> Parameters { get; init; } = [];
    public Type? Body { get; init; }
    public string BodyType { get; init; } = "application/json";

    /// <summary>A body that is accepted, JSON or text.</summary>
    public string? Example { get; init; }

    /// <summary>Statuses beside those of every route.</summary>
    public IReadOnlyList<int> Refusals { get; init; } = [];
}

/// <summary>Turns route descriptions into the OpenAPI document.</summary>
internal static class ApiDescription
{
    private const string Scheme = "key";

    private static readonly Dictionary<int, string> Meanings = new()
    {
        [400] = "The request cannot be read.", [401] = "No key, or none that is known, unexpired and unrevoked.", [403] = "The key may not do this, or not from this origin.", [404] = "There is no such thing.",
        [409] = "Not as things stand; the sentence says why.", [412] = "Somebody else changed it meanwhile.",
        [413] = "The body is larger than 1 MiB (64 KiB with a publishable key; 16 MiB for items; 256 MiB for lists).", [415] = "Not this content type or encoding.", [422] = "A value cannot be taken; errors point at it.",
        [429] = "Too many requests with this key from this address; Retry-After says when to come again.", [503] = "It could not be stored at the moment; send it again with the same ids after Retry-After.",
    };

    public static IServiceCollection AddApiDescription(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.ShouldInclude = description => description.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "RecLab", Version = "v1", Description = "Lists out, events in. Every refusal is application/problem+json (RFC 9457) with a trace id; faults in a body carry JSON pointers. Times are ISO 8601 with a zone; ids are 1 to 256 characters without control characters." };
            document.Components ??= new();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A secret (sk_) or publishable (pk_) key. The header X-RecLab-Key and, for beacons, the query parameter key do the same." },
            };
            return Task.CompletedTask;
        });
    });

    public static void Described(this RouteHandlerBuilder route, RouteDescription said) => route.WithName(said.Id).WithSummary(said.Summary).WithDescription(said.Description)
        .AddOpenApiOperationTransformer(async (operation, context, cancellation) =>
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] }];
            operation.Parameters = [.. said.Parameters.Select(Of)];
            if (said.Body is not null || said.Example is not null)
                operation.RequestBody = new OpenApiRequestBody
                {
                    Required = true,
                    Content = new Dictionary<string, OpenApiMediaType>
                    {
                        [said.BodyType] = new()
                        {
                            Schema = said.Body is null ? new OpenApiSchema { Type = JsonSchemaType.String } : await context.GetOrCreateSchemaAsync(said.Body, cancellationToken: cancellation),
                            Example = said.Body is null ? JsonValue.Create(said.Example) : JsonNode.Parse(said.Example!),
                        },
                    },
                };
            operation.Responses = new() { ["200"] = new OpenApiResponse { Description = "Done.", Content = Json("application/json", await context.GetOrCreateSchemaAsync(said.Answer, cancellationToken: cancellation)) } };
            var problem = await context.GetOrCreateSchemaAsync(typeof(Problems.Body), cancellationToken: cancellation);
            foreach (var status in said.Refusals.Concat([401, 403, 422, 429]).Order())
                operation.Responses[status.ToString(System.Globalization.CultureInfo.InvariantCulture)] = new OpenApiResponse { Description = Meanings[status], Content = Json("application/problem+json", problem) };
        });

    private static Dictionary<string, OpenApiMediaType> Json(string type, OpenApiSchema schema) => new() { [type] = new() { Schema = schema } };

    private static IOpenApiParameter Of(Parameter p) => new OpenApiParameter
    {
        Name = p.Name, In = p.InPath ? ParameterLocation.Path : ParameterLocation.Query, Required = p.Required || p.InPath, Description = p.Description, Example = p.Example, Schema = new OpenApiSchema { Type = p.Type },
    };
}
