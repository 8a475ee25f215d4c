using RecLab.Recommenders.Data;

namespace RecLab.Recommenders;

/// <summary>A model that can take in users and items seen after its training, without training again.</summary>
public interface IFoldsIn : IModel
{
    /// <summary>A model of the vocabularies of <paramref name="data"/>: what was learnt stays as it is, and users and items this model does not know are found from their rows.</summary>
    /// <param name="data">Rows known now, those of training included or not; who and what is new is told by the outside ids. Users and items that are not in its vocabularies are left out.</param>
    /// <exception cref="OperationCanceledException">The context was cancelled.</exception>
    IModel FoldIn(Interactions data, TrainingContext context);
}
