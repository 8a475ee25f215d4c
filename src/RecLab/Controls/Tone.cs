namespace RecLab.Controls;

/// <summary>What a chip or note says beside its words: nothing, good news, bad news, take care, or "in progress here".</summary>
public enum Tone { Neutral, Good, Bad, Warn, Accent }

internal static class Tones
{
    public static string ChipClass(Tone tone) => tone switch { Tone.Good => "g", Tone.Bad => "r", Tone.Warn => "y", Tone.Accent => "a", _ => "" };

    public static string NoteClass(Tone tone) => tone switch { Tone.Bad => "r", Tone.Warn => "", _ => "n" };

    public static IconName Icon(Tone tone) => tone switch
    {
        Tone.Good => IconName.Check, Tone.Bad => IconName.Cross, Tone.Warn => IconName.Warn, Tone.Accent => IconName.Clock, _ => IconName.Info,
    };
}
