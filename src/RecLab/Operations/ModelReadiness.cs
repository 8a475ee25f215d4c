using RecLab.Live;
using RecLab.Serving;

namespace RecLab.Operations;

/// <summary>The models that are to be served lie on the shelf, warmed.</summary>
internal sealed class ModelReadiness(ModelShelf shelf) : IReadiness
{
    public string Name => "models";

    public ValueTask<string?> AwaitedAsync(CancellationToken cancellation) => ValueTask.FromResult(shelf.Ready ? null : "the shelf is being filled");
}
