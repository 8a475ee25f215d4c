using RecLab.Bench;

// dotnet run --project bench/RecLab.Bench -c Release -- [name...]: the named measurements, or all of them; or quality, next-item, import-25m, cold, step, marks, epochs or gpu (see there).
if (args is ["quality", ..]) return Quality.Run(args[1..]);
if (args is ["import-25m", ..]) return LargeImport.Run(args[1..]);
if (args is ["results", ..]) return ResultsReading.Run(args[1..]);
if (args is ["next-item", ..]) return NextItem.Run(args[1..]);
if (args is ["step", ..]) return Steps.Run(args[1..]);
if (args is ["marks", ..]) return Marks.Run(args[1..]);
if (args is ["epochs", ..]) return Epochs.Run(args[1..]);
if (args is ["cold", ..]) return ColdItems.Run(args[1..]);
if (args is ["gpu"]) return Gpu.Run();
var all = new (string Name, Action<Stopper> Run)[]
{
    ("import", Imports.Run),
    ("assignment", Assigning.Run),
    ("als", Training.Als),
    ("knn", Training.Knn),
    ("ease", Training.Ease),
    ("evaluation", Evaluations.Run),
};
var wanted = all.Where(m => args.Length == 0 || args.Contains(m.Name)).ToArray();
if (wanted.Length == 0)
{
    Console.Error.WriteLine($"There is no such measurement. Known: {string.Join(", ", all.Select(m => m.Name))}.");
    return 1;
}
Console.WriteLine($"{"measurement",-58}{"best s",9}{"cpu s",9}{"peer s",9}{"ratio",8}   {Environment.ProcessorCount} cores, .NET {Environment.Version}");
foreach (var (_, run) in wanted) run(new Stopper());
return 0;
