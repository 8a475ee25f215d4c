using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace RecLab.Tests.Doors;

/// <summary>The description of the API says what is there, and its examples work.</summary>
public sealed class DescriptionTests(ShopApp app) : IClassFixture<ShopApp>, IAsyncLifetime
{
    private static readonly SemaphoreSlim Once = new(1, 1);
    private JsonElement _document;

    public async ValueTask InitializeAsync()
    {
        await Once.WaitAsync();
        try { await app.OpenAsync(); }
        finally { Once.Release(); }
        using var client = app.CreateClient();
        _document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private IEnumerable<(string Path, string Method, JsonElement Operation)> Operations =>
        from path in _document.GetProperty("paths").EnumerateObject() from operation in path.Value.EnumerateObject() select (path.Name, operation.Name.ToUpperInvariant(), operation.Value);

    [Fact]
    public void Every_route_is_described()
    {
        var routes = from endpoint in app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
                     let path = "/" + endpoint.RoutePattern.RawText!.TrimStart('/')
                     where path.StartsWith("/api/v1/", StringComparison.Ordinal) && !path.Contains("**", StringComparison.Ordinal)
                     from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []
                     where method is "GET" or "POST" or "PUT" or "PATCH" or "DELETE"
                     select $"{method} {path}";
        Assert.Equal(routes.Distinct().Order(), Operations.Select(o => $"{o.Method} {o.Path}").Order());
    }

    [Fact]
    public void Every_route_says_what_it_takes_answers_and_refuses()
    {
        Assert.NotEmpty(Operations);
        foreach (var (path, method, operation) in Operations)
        {
            Assert.True(operation.GetProperty("summary").GetString()!.Length > 0 && operation.GetProperty("description").GetString()!.Length > 0, path);
            var responses = operation.GetProperty("responses");
            Assert.True(responses.GetProperty("200").GetProperty("content").TryGetProperty("application/json", out var answer) && answer.TryGetProperty("schema", out _), $"{method} {path} has no schema of its answer");
            foreach (var status in (string[])["401", "403", "422", "429"])
                Assert.True(responses.GetProperty(status).GetProperty("content").GetProperty("application/problem+json").TryGetProperty("schema", out _), $"{method} {path} {status}");
            if (operation.TryGetProperty("requestBody", out _)) Assert.True(operation.GetProperty("requestBody").GetProperty("content").EnumerateObject().First().Value.TryGetProperty("example", out _), $"{method} {path} has no example");
            foreach (var parameter in Parameters(operation)) Assert.True(parameter.GetProperty("description").GetString()!.Length > 0, $"{path} {parameter}");
            Assert.True(operation.GetProperty("security").GetArrayLength() > 0, path);
        }
    }

    [Fact]
    public async Task Every_example_is_accepted()
    {
        var (_, key) = await app.Get<RecLab.Access.KeyDesk>().CreateAsync("test", "all", RecLab.Access.ApiKeyKind.Secret, [], scopes: RecLab.Access.KeyGrant.MostOf(RecLab.Access.ApiKeyKind.Secret));
        using var client = app.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        foreach (var (path, method, operation) in Operations)
        {
            var filled = path;
            List<string> query = [];
            foreach (var parameter in Parameters(operation).Where(p => p.TryGetProperty("example", out _)))
            {
                var (name, value) = (parameter.GetProperty("name").GetString()!, Uri.EscapeDataString(parameter.GetProperty("example").ToString().Replace("True", "true").Replace("False", "false")));
                if (parameter.GetProperty("in").GetString() == "path") filled = filled.Replace($"{{{name}}}", value, StringComparison.Ordinal);
                else query.Add($"{name}={value}");
            }
            using var request = new HttpRequestMessage(new HttpMethod(method), $"{filled}?{string.Join('&', query)}");
            if (filled.Contains('{', StringComparison.Ordinal) || operation.GetProperty("operationId").GetString() is "draftExperiment" or "requestTraining" or "validateDataset" or "importDataset") continue; // has a test of its own
            if (operation.TryGetProperty("requestBody", out _))
            {
                var content = operation.GetProperty("requestBody").GetProperty("content").EnumerateObject().First();
                var example = content.Value.GetProperty("example");
                request.Content = new StringContent(example.ValueKind == JsonValueKind.String ? example.GetString()! : example.GetRawText(), Encoding.UTF8, content.Name);
            }
            using var answer = await client.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{method} {path}: {(int)answer.StatusCode} {text}");
            Assert.DoesNotContain("\"rejected\":1", text, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<JsonElement> Parameters(JsonElement operation) => operation.TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray() : [];
}
