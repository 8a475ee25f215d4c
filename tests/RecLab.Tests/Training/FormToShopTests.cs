using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using System.Text.RegularExpressions;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RecLab.Access;
using RecLab.Recommenders.Catalog;
using RecLab.Recommenders.Neural;
using RecLab.Serving;
using RecLab.Tests.Access;
using RecLab.Tests.Doors;
using RecLab.Training;
using Xunit;
using TestContext = Xunit.TestContext;

namespace RecLab.Tests.Training;

/// <summary>A few families from the form over a training in a process of its own to what the demo shop is answered; every family goes the same way in a browser in the nightly profile.</summary>
public sealed class FormToShopTests(ShopApp app) : BunitContext, IClassFixture<ShopApp>, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await app.OpenAsync(ShopApp.Stock(i => new($"{i}", $"Item {i} of kind{i % 4}", [$"c{i % 4}"], Vector: [i % 4 == 0 ? 1 : 0, i % 4 == 1 ? 1 : 0, i % 4 == 2 ? 1 : 0, i / 60f])));
        JSInterop.Mode = JSRuntimeMode.Loose;
        var name = $"Ada {Guid.NewGuid():N}"[..12]; // one for each test of the same application
        var id = await app.Get<PeopleDesk>().CreateAsync($"{Guid.NewGuid():N}@example.com", name, Browsing.Password, Roles.Administrator);
        await using var db = await app.DbAsync();
        var stamp = (await db.Users.SingleAsync(u => u.Id == id, Cancellation)).SecurityStamp!;
        var claims = app.Get<IOptions<IdentityOptions>>().Value.ClaimsIdentity;
        AddAuthorization().SetAuthorized(name).SetRoles(Roles.Administrator).SetClaims(new Claim(ClaimTypes.NameIdentifier, id), new Claim(claims.SecurityStampClaimType, stamp));
        Services.AddScoped<Doorkeeper>();
        Services.AddSingleton(app.Get<PeopleDesk>()).AddSingleton(app.Get<IOptions<IdentityOptions>>());
        Services.AddFallbackServiceProvider(app.Services.CreateScope().ServiceProvider);
    }

    [Theory]
    [InlineData("caser", "Epochs", "1")]
    [InlineData("hybrid", "Parts", "item-knn:0.7, content:0.3")]
    [InlineData("content-vectors", null, "")]
    public async Task What_a_form_describes_is_trained_and_shown_in_the_demo_shop(string key, string? option, string value)
    {
        var family = RecommenderCatalog.Get(key);
        if (family.NeedsTorch && NeuralRuntime.Missing is { } reason) Assert.Skip(reason);
        var (name, variant) = ($"Our {key}", VariantDesk.KeyOf($"Our {key}"));
        var form = Render<NewVariantPage>();
        form.WaitForElement("#variant-family", Patience);
        await form.InvokeAsync(() => form.Find("#variant-family").Change(key));
        await form.InvokeAsync(() => form.Find("#variant-name").Input(name));
        if (option is not null) await form.InvokeAsync(() => form.Find($"#option-{option}").Change(value));
        await form.InvokeAsync(() => form.Find("form").Submit());
        var navigation = Services.GetRequiredService<NavigationManager>();
        form.WaitForAssertion(() => Assert.Matches("training/[0-9]+$", navigation.Uri), Patience);
        await app.TrainedAsync(int.Parse(Regex.Match(navigation.Uri, "[0-9]+$").Value, CultureInfo.InvariantCulture));
        await using (var db = await app.DbAsync())
        {
            var stored = await db.Set<Variant>().SingleAsync(v => v.Key == variant, Cancellation);
            Assert.Equal((name, key, app.DatasetId), (stored.Name, stored.Family, stored.DatasetId));
            if (option is not null) Assert.Equal(value, OptionsForm.For(family, stored.Options)[option]);
        }

        await app.Get<PlacementDesk>().ServeAsync("home", variant, "to be looked at", "Ada");
        await app.Get<PlacementShelf>().RefreshAsync();
        using var shop = app.CreateClient();
        var page = await shop.GetStringAsync("/demo", Cancellation);
        var asked = Regex.Match(page, "data-key=\"(pk_[^\"]+)\"").Groups[1].Value;
        using var list = JsonDocument.Parse(await shop.GetStringAsync($"/api/v1/recommendations?key={asked}&placement=home&n=8&user=17&session=s-{key}&consent=granted", Cancellation)); // as the widget asks
        Assert.Equal((variant, JsonValueKind.Null), (list.RootElement.GetProperty("model").GetProperty("id").GetString(), list.RootElement.GetProperty("fallback").ValueKind));
        Assert.Equal(8, ShopApp.Ids(list.RootElement).Distinct().Count());
        foreach (var item in ShopApp.Ids(list.RootElement)) Assert.Contains($"Item {item} of kind", await shop.GetStringAsync($"/demo/data/items/{item}", Cancellation));
    }
}
