using System.Text.RegularExpressions;

namespace RecLab.Training;

/// <summary>Words around an option's field.</summary>
public static partial class OptionWords
{
    /// <summary>"ConjugateGradient" is "conjugate gradient".</summary>
    public static string Spaced(string name) => Humps().Replace(name, " $1").TrimStart().ToLowerInvariant();

    /// <summary>"1 to 1024, default 64."</summary>
    public static string Range(OptionField field)
    {
        var standard = field.Kind switch { FieldKind.Choice => Spaced(field.Default), FieldKind.Switch => field.Default == "true" ? "on" : "off", _ => field.Default };
        var bounds = field is { Low: { } low, High: { } high } ? $"{low} to {high}, " : "";
        var words = standard.Length > 0 ? $"{bounds}default {standard}." : $"{bounds}empty by default.";
        return char.ToUpperInvariant(words[0]) + words[1..];
    }

    [GeneratedRegex("([A-Z])")]
    private static partial Regex Humps();
}
