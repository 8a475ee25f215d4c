using System.Globalization;
using RecLab.Bench.Serving;

// dotnet run --project bench/RecLab.Bench.Serving -c Release -- [FOLDER] [SECONDS] [load|training|dashboards|leaderboard] [HOW MANY DASHBOARDS OR RUNS]
// Makes the data once per folder, starts the app of the same build as a process of its own, loads it through HTTP and prints a table.
//   load        lists and events with wrk
//   training    uncached lists with wrk, alone and while a training runs beside them
//   dashboards  what open results pages cost the server while events flow, each page a circuit of a headless browser
//   leaderboard what drawing a leaderboard of many runs (500) takes in Chromium, by the clock and by processor; needs none of the shop's data
var folder = Path.GetFullPath(args.Length > 0 ? args[0] : Path.Combine(Path.GetTempPath(), "reclab-bench-serving"));
var seconds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 10;
if (args.Length > 2 && args[2] == "leaderboard")
{
    await LeaderboardDrawing.RunAsync(folder, args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 500);
    return 0;
}
var shop = await BenchShop.OpenAsync(folder);
await using var app = await BenchApp.StartAsync(shop, folder);
switch (args.Length > 2 ? args[2] : "load")
{
    case "load": await Load.RunAsync(app, seconds); break;
    case "training": await Beside.RunAsync(app, seconds); break;
    case "dashboards": await Dashboards.RunAsync(app, seconds, args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 50); break;
    default: Console.Error.WriteLine("Say load, training, dashboards or leaderboard."); return 2;
}
return 0;
