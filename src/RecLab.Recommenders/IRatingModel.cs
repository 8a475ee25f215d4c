namespace RecLab.Recommenders;

/// <summary>A model that was fitted to ratings and can say what rating a user would give.</summary>
public interface IRatingModel : IModel
{
    /// <summary>The ratings a user would give to some items, on the scale of the training rows (not clipped to it). Never NaN: where nothing is known of the user or an
    /// item, the family's fallback stands there (a baseline, or the mean of all ratings).</summary>
    /// <param name="user">The user's index in the model's vocabulary, or -1 for a stranger.</param>
    /// <param name="items">Item indices.</param>
    /// <param name="ratings">One rating per item.</param>
    void Predict(int user, ReadOnlySpan<int> items, Span<float> ratings);
}
