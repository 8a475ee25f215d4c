namespace RecLab.Controls.Charts;

/// <summary>What an interval says about an arm: tint, arrow and word go together.</summary>
public enum Direction { Neutral, Better, Worse }
