using System.Diagnostics;
using System.Globalization;

namespace RecLab.Laboratory;

/// <summary>Names a process so that a later one with the same number is not mistaken for it: number and moment of its start.</summary>
public static class ProcessMark
{
    /// <summary>This process: "4711:1790000000".</summary>
    public static string Own { get; } = Of(Process.GetCurrentProcess());

    /// <summary>Whether the process of a mark still runs on this machine.</summary>
    public static bool IsAlive(string mark)
    {
        if (mark == Own) return true;
        if (mark.Split(':') is not [var number, var moment] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            || !long.TryParse(moment, NumberStyles.None, CultureInfo.InvariantCulture, out var started)) return false;
        try
        {
            using var process = Process.GetProcessById(id);
            return Math.Abs(Started(process) - started) <= 2; // the system derives the start from its boot time, which wavers a little between readings
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false; // no such process, or one of somebody else's
        }
    }

    private static string Of(Process process) => string.Create(CultureInfo.InvariantCulture, $"{process.Id}:{Started(process)}");
    private static long Started(Process process) => new DateTimeOffset(process.StartTime).ToUnixTimeSeconds();
}
