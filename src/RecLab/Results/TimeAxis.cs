using RecLab.Controls;

namespace RecLab.Results;

/// <summary>How the time axis of a results page is written: UTC days, or clock times while the phase is young.</summary>
public static class TimeAxis
{
    public static string Name(ResultsView view) => view.StepsAreDays ? view.Input.Simulated ? "simulated day" : "day" : "time, UTC";

    public static Func<double, string> Format(ResultsView view) => view.StepsAreDays
        ? day => day == Math.Floor(day) ? DateTimeOffset.UnixEpoch.AddDays(day).ToString("d MMM", System.Globalization.CultureInfo.CurrentCulture) : ""
        : seconds => DateTimeOffset.FromUnixTimeSeconds((long)seconds).ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A relative change on an axis: whole percents without decimals.</summary>
    public static string Change(double value) => Short(value * 100) + "%";

    /// <summary>A difference of shares on an axis, in percentage points.</summary>
    public static string Points(double value) => Short(value * 100) + " pp";

    private static string Short(double value) => Math.Abs(value) < 1e-9 ? "0" : Figures.Signed(value, Math.Abs(value - Math.Round(value)) < 1e-6 ? 0 : Math.Abs(value * 10 - Math.Round(value * 10)) < 1e-5 ? 1 : 2);
}
