using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RecLab.Access;
using RecLab.Storage;
using RecLab.Tests.Doors;
using Xunit;

namespace RecLab.Browser.Tests;

/// <summary>The whole application on a real port with a real Chromium in front of it; one for each test class.</summary>
public sealed class LiveApp : ShopApp, IAsyncLifetime
{
    public const string Password = "correct horse battery";
    private IPlaywright? _playwright;

    public IBrowser Browser { get; private set; } = null!;

    /// <summary>"http://127.0.0.1:45123", without a slash at the end.</summary>
    public string Url { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        UseKestrel(0);
        StartServer();
        Url = ClientOptions.BaseAddress.ToString().TrimEnd('/');
        _playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(30_000); // a busy machine is slow, not wrong
        Browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("RECLAB_CHROMIUM") ?? "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-dev-shm-usage"],
        });
    }

    /// <summary>Rows of the application's database, columns separated by a space; a missing value is "-".</summary>
    public string[] AppRows(string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Services.GetRequiredService<HostPaths>().AppDatabase, Mode = SqliteOpenMode.ReadOnly }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        List<string> rows = [];
        while (reader.Read()) rows.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "-" : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        return [.. rows];
    }

    /// <summary>Waits until the rows are as expected, for what happens behind a page's back; fails with what they are after half a minute.</summary>
    public static async Task EventuallyAsync(string[] expected, Func<string[]> rows)
    {
        var waited = Stopwatch.StartNew();
        while (!rows().SequenceEqual(expected) && waited.Elapsed < TimeSpan.FromSeconds(30)) await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Equal(expected, rows());
    }

    /// <summary>A browser of its own, in front of nobody.</summary>
    public async Task<Visitor> StrangerAsync(int width = 1440, int height = 900)
    {
        var context = await Browser.NewContextAsync(new() { BaseURL = Url, ViewportSize = new() { Width = width, Height = height } });
        context.SetDefaultTimeout(30_000);
        await context.AddInitScriptAsync(Circuit.Watch);
        return new Visitor(await context.NewPageAsync());
    }

    /// <summary>A browser in which somebody with the role has signed in through the form; on the overview.</summary>
    public async Task<Visitor> SignedInAsync(string role = Roles.Administrator, int width = 1440, int height = 900)
    {
        var name = $"{role} {Guid.NewGuid():N}"[..20];
        var email = $"{Guid.NewGuid():N}@example.com";
        await Services.GetRequiredService<PeopleDesk>().CreateAsync(email, name, Password, role);
        var visitor = await StrangerAsync(width, height);
        await visitor.SignInAsync(email, Password);
        return visitor;
    }

    public override async ValueTask DisposeAsync()
    {
        if (Browser is not null) await Browser.DisposeAsync();
        _playwright?.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
