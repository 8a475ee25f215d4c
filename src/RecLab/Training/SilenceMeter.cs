namespace RecLab.Training;

/// <summary>How long a training has been silent by its own fault. A process in low priority on a busy machine can wait a minute for the processor without being
/// hung: time in which it wanted to run and hardly could is not held against it, up to nine tenths of the silence.</summary>
public sealed class SilenceMeter
{
    /// <summary>A process that got less of the time than this, though it wanted to run, was starved.</summary>
    private const double Fair = 0.25;

    private const double Held = 0.1;
    private DateTimeOffset? _seenAt, _heardAt;
    private TimeSpan _used, _starved;

    /// <summary>One look at the process.</summary>
    /// <param name="now">When.</param>
    /// <param name="heard">When it last reported.</param>
    /// <param name="used">Processor time it has had since its start.</param>
    /// <param name="wants">Whether one of its threads runs or waits for a processor, and not for something else.</param>
    /// <returns>The silence since it last reported that counts, at least a tenth of what passed.</returns>
    public TimeSpan Look(DateTimeOffset now, DateTimeOffset heard, TimeSpan used, bool wants)
    {
        if (_heardAt != heard) (_heardAt, _starved) = (heard, TimeSpan.Zero);
        else if (_seenAt is { } seen && wants && used - _used < (now - seen) * Fair) _starved += now - seen;
        (_seenAt, _used) = (now, used);
        var silent = now - heard;
        var owed = silent - _starved;
        return owed > silent * Held ? owed : silent * Held;
    }
}
