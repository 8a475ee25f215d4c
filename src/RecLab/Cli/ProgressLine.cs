using System.Globalization;

namespace RecLab.Cli;

/// <summary>One line on the console that says what is done, how far it is and how long it will take. On a terminal it is written over; in a
/// file a line appears for each tenth.</summary>
public sealed class ProgressLine(TextWriter writer, bool overwrite, TimeProvider clock)
{
    private readonly long _started = clock.GetTimestamp();
    private long _written;
    private int _tenth = -1, _width;
    private string _what = "";

    /// <summary>On the console's error stream, so that results on the output stay clean.</summary>
    public static ProgressLine OnConsole() => new(Console.Error, !Console.IsErrorRedirected, TimeProvider.System);

    /// <summary>Shows where the work is.</summary>
    /// <param name="what">In a few words.</param>
    /// <param name="fraction">0..1.</param>
    /// <param name="left">Time left, or null to tell from the speed so far.</param>
    public void Show(string what, double fraction, TimeSpan? left = null)
    {
        var elapsed = clock.GetElapsedTime(_started);
        left ??= fraction is > 0.02 and < 1 ? elapsed / fraction * (1 - fraction) : null;
        var line = string.Create(CultureInfo.InvariantCulture, $"{what}  {fraction * 100:0} %{(left is { } time ? $"  {Words(time)} left" : "")}");
        if (overwrite)
        {
            if (what == _what && fraction < 1 && clock.GetElapsedTime(_written) < TimeSpan.FromMilliseconds(100)) return;
            _written = clock.GetTimestamp();
            writer.Write($"\r{line.PadRight(_width)}");
            _width = line.Length;
        }
        else if (what != _what || (int)(fraction * 10) != _tenth)
        {
            writer.WriteLine(line);
        }
        (_what, _tenth) = (what, (int)(fraction * 10));
    }

    /// <summary>Ends the line with a sentence.</summary>
    public void Done(string sentence)
    {
        writer.WriteLine(overwrite ? $"\r{sentence.PadRight(_width)}" : sentence);
        (_width, _what, _tenth) = (0, "", -1);
    }

    /// <summary>The two largest units: "9 min 40 s".</summary>
    public static string Words(TimeSpan time) => time.TotalSeconds < 60
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, Math.Round(time.TotalSeconds)):0} s")
        : time.TotalMinutes < 60 ? $"{(int)time.TotalMinutes} min {time.Seconds} s" : $"{(int)time.TotalHours} h {time.Minutes} min";
}
