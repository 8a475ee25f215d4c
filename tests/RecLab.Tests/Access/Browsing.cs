using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using Xunit;

namespace RecLab.Tests.Access;

/// <summary>A person with a browser, without one: cookies, forms with their antiforgery token, no redirects followed.</summary>
internal static partial class Browsing
{
    public const string Password = "correct horse battery";

    /// <summary>A client that follows no redirects and keeps cookies.</summary>
    public static HttpClient Browser(this WebApplicationFactory<Program> app) => app.CreateClient(new() { AllowAutoRedirect = false });

    /// <summary>Creates somebody with the role and signs them in through the form.</summary>
    public static async Task<HttpClient> SignedInAsync(this WebApplicationFactory<Program> app, string role)
    {
        var name = $"{role}-{Guid.NewGuid():N}";
        await app.Services.GetRequiredService<PeopleDesk>().CreateAsync($"{name}@example.com", name, Password, role);
        var client = app.Browser();
        var answer = await client.SignInAsync($"{name}@example.com", Password);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return client;
    }

    public static Task<HttpResponseMessage> SignInAsync(this HttpClient client, string email, string password, string path = "/sign-in") =>
        client.SubmitAsync(path, ("Form.Email", email), ("Form.Password", password));

    /// <summary>Opens the page, fills in its form and sends it.</summary>
    public static async Task<HttpResponseMessage> SubmitAsync(this HttpClient client, string path, params (string Name, string Value)[] fields)
    {
        var page = await client.GetStringAsync(path);
        var hidden = HiddenField().Matches(page).ToDictionary(m => m.Groups[1].Value, m => WebUtility.HtmlDecode(m.Groups[2].Value));
        Assert.Contains("__RequestVerificationToken", hidden.Keys);
        foreach (var (name, value) in fields) hidden[name] = value;
        return await client.PostAsync(path, new FormUrlEncodedContent(hidden));
    }

    [GeneratedRegex("""<input type="hidden" name="([^"]+)" value="([^"]*)" ?/?>""")]
    private static partial Regex HiddenField();
}
