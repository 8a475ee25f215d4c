using System.CommandLine;
using RecLab.Operations;

namespace RecLab.Cli;

/// <summary><c>reclab doctor</c>: what is installed, what is missing, and what mends it.</summary>
public static class DoctorVerb
{
    public static Command Create()
    {
        var settings = new CommonSettings();
        var command = new Command("doctor", "Say what is installed, which libtorch and devices there are, what is missing and the command that mends it.");
        settings.AddTo(command);
        command.SetAction((parsed, cancellation) => ExamineAsync(settings.Read(parsed), cancellation));
        return command;
    }

    private static async Task<int> ExamineAsync(string[] args, CancellationToken cancellation)
    {
        using var host = VerbHost.Build(args, (builder, _) => builder.Services.AddSingleton<Doctor>());
        var findings = await host.Services.GetRequiredService<Doctor>().ExamineAsync(cancellation: cancellation);
        foreach (var finding in findings)
        {
            Console.WriteLine($"{Word(finding.State),-5} {finding.Name,-14} {finding.Text}");
            if (finding.Remedy is not null) Console.WriteLine($"{"",-20} mend: {finding.Remedy}");
        }
        return findings.Any(f => f.State == FindingState.Bad) ? 1 : 0;
    }

    private static string Word(FindingState state) => state switch { FindingState.Good => "ok", FindingState.Look => "look", _ => "BAD" };
}
