using System.Net;
using Xunit;

namespace RecLab.Tests;

public sealed class AppStartTests(RecLabApp app) : IClassFixture<RecLabApp>
{
    [Theory]
    [InlineData("/app.css")]
    [InlineData("/_framework/blazor.web.js")]
    [InlineData("/_content/Radzen.Blazor/Radzen.Blazor.min.js")]
    public async Task Serves_the_files_every_page_needs(string path)
    {
        using var answer = await app.CreateClient().GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
