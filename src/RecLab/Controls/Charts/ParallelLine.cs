namespace RecLab.Controls.Charts;

/// <summary>One axis of a parallel-coordinates plot.</summary>
/// <param name="Low">What stands at its lower end.</param>
/// <param name="High">What stands at its upper end.</param>
public sealed record ParallelAxis(string Name, string Low, string High);

/// <summary>One line of it.</summary>
/// <param name="Name">"trial 7".</param>
/// <param name="Places">Its place on each axis, 0..1 from below.</param>
/// <param name="Texts">The same for the table.</param>
/// <param name="Strength">0..1: how strongly it is drawn, the best most.</param>
/// <param name="Best">Drawn in the accent colour, above the others.</param>
public sealed record ParallelLine(string Name, IReadOnlyList<double> Places, IReadOnlyList<string> Texts, double Strength, bool Best = false);
