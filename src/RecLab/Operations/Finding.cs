namespace RecLab.Operations;

/// <summary>Good, worth a look, or in the way.</summary>
public enum FindingState { Good, Look, Bad }

/// <summary>One thing the doctor looked at.</summary>
/// <param name="Name">What: "libtorch".</param>
/// <param name="State">How it is.</param>
/// <param name="Text">What was found.</param>
/// <param name="Remedy">The command or act that mends it, or null.</param>
public sealed record Finding(string Name, FindingState State, string Text, string? Remedy = null);
