namespace RecLab.Recommenders.Evaluation;

/// <summary>This data cannot be cut this way: the message is one clear sentence.</summary>
public sealed class SplitException(string message) : Exception(message);
