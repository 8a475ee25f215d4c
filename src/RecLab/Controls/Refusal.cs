namespace RecLab.Controls;

/// <summary>A wish that is not granted, with one sentence for the person who wished it; nothing was changed. Pages show the sentence as it is.</summary>
public class Refusal(string sentence) : Exception(sentence);
