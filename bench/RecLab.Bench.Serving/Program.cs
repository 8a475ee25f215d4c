using System.Globalization;
using RecLab.Bench.Serving;

// dotnet run --project bench/RecLab.Bench.Serving -c Release -- [FOLDER] [SECONDS]: makes the data once, starts the app of the same build, loads it with wrk through HTTP, prints a table.
var folder = Path.GetFullPath(args.Length > 0 ? args[0] : Path.Combine(Path.GetTempPath(), "reclab-bench-serving"));
var seconds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 10;
var shop = await BenchShop.OpenAsync(folder);
return await Load.RunAsync(shop, folder, seconds);
