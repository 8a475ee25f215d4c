using Microsoft.Extensions.DependencyInjection;
using RecLab.Access;
using RecLab.Tests.Access;
using RecLab.Tests.Doors;

namespace RecLab.Tests.Faults;

/// <summary>The data folder of a shop with an experiment of two variants on its home page, left for a server in a process of its own.</summary>
internal static class LeftShop
{
    /// <summary>Key of the experiment, and who may look at its results (with <see cref="Browsing.Password"/>).</summary>
    public const string Experiment = "kill", Person = "ada@example.com";

    /// <summary>Makes it; the caller removes the folder.</summary>
    /// <returns>The folder and a secret key.</returns>
    public static async Task<(string Folder, string Key)> MakeAsync()
    {
        var app = await new ShopApp().OpenAsync();
        await app.ExperimentAsync(Experiment, "home", await app.ServeAsync("popularity", "popularity"), await app.ServeAsync("item-knn", "item-knn"));
        await app.Services.GetRequiredService<PeopleDesk>().CreateAsync(Person, "Ada", Browsing.Password, Roles.Viewer);
        return (await app.LeaveAsync(), app.SecretKey);
    }
}
