using RecLab.Statistics.Assignment;

namespace RecLab.Bench;

/// <summary>Decisions a second on one core: who sees which variant. The goal is five million, without allocation.</summary>
internal static class Assigning
{
    private const int Units = 1_000_000;

    public static void Run(Stopper stopper)
    {
        string[] users = [.. Enumerable.Range(0, Units).Select(i => $"user-{i}")];
        string[] guids = [.. Enumerable.Range(0, Units).Select(i => new Guid(i, 7, 9, 1, 2, 3, 4, 5, 6, 7, 8).ToString())];
        var plain = new Assigner(new("home", 3) { Weights = [0.5, 0.3, 0.2] });
        var layered = new Assigner(new("home", 3) { Filters = [new("layer", [new(0, 0.6)])] });
        Measure("short ids", plain, users);
        Measure("ids of 36 characters", plain, guids);
        Measure("ids of 36 characters, one layer", layered, guids);

        void Measure(string name, Assigner assigner, string[] ids)
        {
            var taking = 0;
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var id in ids) taking += assigner.Decide(id).Variation;
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            var best = stopper.Time($"assign {Units:N0} units, {name}", 0, 5, () => { foreach (var id in ids) taking += assigner.Decide(id).Variation; });
            Console.WriteLine($"    {Units / best / 1e6:F1} million a second, {allocated} bytes allocated ({taking % 10})");
        }
    }
}
