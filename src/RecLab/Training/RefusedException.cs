using RecLab.Controls;

namespace RecLab.Training;

/// <summary>A request that cannot be met as things stand: one clear sentence for whoever asked. Nothing was changed.</summary>
public sealed class RefusedException(string message) : Refusal(message);
