using System.Security.Cryptography;
using RecLab.Doors;
using Xunit;

namespace RecLab.Tests.Doors;

/// <summary>Pages of other people name a release by its address and its hash: neither may ever change.</summary>
public sealed class WidgetDoorTests(RecLabApp app) : IClassFixture<RecLabApp>
{
    /// <summary><c>openssl dgst -sha384 -binary wwwroot/widget/v1.0.0/reclab.js | base64</c>. A change of the widget is a new release with a line of its own; lines are never changed.</summary>
    private static readonly Dictionary<string, string> Released = new()
    {
        ["1.0.0"] = "sha384-SfDMOA78JrFcsPf5JHQ8NbIF9AA6nSyea+eF/SXcc9HChIGi7OlhShCvlaqOPSnN",
        ["1.1.0"] = "sha384-ScPmS3SyYfGfbazfRIzWDzOgAt9yHt21ooGzmPSNsGlMFi1+9t0TxrKdhcfwV1Y7",
    };

    [Fact]
    public async Task Every_release_is_served_for_ever_as_it_was_released()
    {
        var door = new WidgetDoor();
        Assert.Equal(Released.Keys.Order(), door.Versions.Order());
        using var stranger = app.CreateClient();
        foreach (var (version, integrity) in Released)
        {
            using var answer = await stranger.GetAsync($"/widget/v{version}/reclab.js", TestContext.Current.CancellationToken);
            var script = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            Assert.Equal((version, integrity), (version, "sha384-" + Convert.ToBase64String(SHA384.HashData(script))));
            Assert.Equal(integrity, door.IntegrityOf(version));
            Assert.Equal("public, max-age=31536000, immutable", answer.Headers.GetValues("Cache-Control").Single());
            Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
            Assert.Contains($"version: '{version}'", System.Text.Encoding.UTF8.GetString(script), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_moving_address_has_the_newest_release()
    {
        Assert.Equal(WidgetDoor.Version, Released.Keys.Max(Version.Parse)!.ToString());
        using var stranger = app.CreateClient();
        using var answer = await stranger.GetAsync("/widget/v1/reclab.js", TestContext.Current.CancellationToken);
        Assert.Equal(Released[WidgetDoor.Version], "sha384-" + Convert.ToBase64String(SHA384.HashData(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken))));
        Assert.Equal("public, max-age=300", answer.Headers.GetValues("Cache-Control").Single());
    }
}
