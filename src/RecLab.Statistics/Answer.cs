using System.Diagnostics.CodeAnalysis;

namespace RecLab.Statistics;

/// <summary>A value, or the reason why there is none.</summary>
public readonly struct Answer<T> where T : notnull
{
    private readonly T? _value;
    private readonly NotComputable? _reason;

    private Answer(T? value, NotComputable? reason) => (_value, _reason, IsKnown) = (value, reason, reason is null);

    /// <summary>Whether there is a value.</summary>
    public bool IsKnown { get; }

    /// <summary>Why there is no value; null where there is one.</summary>
    public NotComputable? Reason => IsKnown ? null : _reason ?? NotComputable.NoUnits;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is none; the message is the reason.</exception>
    public T Value => IsKnown ? _value! : throw new InvalidOperationException($"Not computable: {Reason}");

    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out NotComputable? reason)
    {
        (value, reason) = (_value, Reason);
        return IsKnown;
    }

    /// <summary>What follows from the value, or the same reason.</summary>
    public Answer<TNext> Then<TNext>(Func<T, Answer<TNext>> next) where TNext : notnull => IsKnown ? next(_value!) : Reason!;

    public static implicit operator Answer<T>(T value) => new(value, null);
    public static implicit operator Answer<T>(NotComputable reason) => new(default, reason);

    public override string ToString() => IsKnown ? _value!.ToString() ?? "" : Reason!.ToString();
}
