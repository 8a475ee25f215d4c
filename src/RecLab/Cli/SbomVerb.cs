using System.CommandLine;
using System.Reflection;
using RecLab.Operations;
using RecLab.Storage;

namespace RecLab.Cli;

/// <summary><c>reclab sbom</c>: what the program is made of, for whoever must know.</summary>
public static class SbomVerb
{
    public static Command Create()
    {
        var to = new Option<string?>("--to") { Description = "File to write (default: standard output)." };
        var command = new Command("sbom", "Write the software bill of materials (CycloneDX JSON): every package of the lock files with version and hash.") { to };
        command.SetAction((parsed, cancellation) => WriteAsync(parsed.GetValue(to), cancellation));
        return command;
    }

    private static async Task<int> WriteAsync(string? to, CancellationToken cancellation)
    {
        var version = typeof(SbomVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
        var text = BillOfMaterials.Write(HostPaths.ContentRoot(AppContext.BaseDirectory), version);
        if (to is null) Console.WriteLine(text);
        else await File.WriteAllTextAsync(to, text, cancellation);
        return 0;
    }
}
