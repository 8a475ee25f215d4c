namespace RecLab.Experiments;

/// <summary>Gives a bandit other shares, for rooms that must not know how it is judged.</summary>
internal interface IReweighting
{
    /// <exception cref="Controls.Refusal">The shares stay; the sentence says why.</exception>
    Task<Experiment> ReweightAsync(string key, string who, string why = "", CancellationToken cancellation = default);
}
