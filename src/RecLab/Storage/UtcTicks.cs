using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace RecLab.Storage;

/// <summary>A moment as UTC ticks (100 ns since 0001-01-01).</summary>
public sealed class UtcTicks() : ValueConverter<DateTimeOffset, long>(
    moment => moment.UtcTicks, ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
