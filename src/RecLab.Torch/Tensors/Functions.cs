using RecLab.Torch.Native;

namespace TorchSharp;

public static unsafe partial class torch
{
    /// <summary>Tensors made from now on, on this thread, belong to the scope until it ends.</summary>
    public static DisposeScope NewDisposeScope() => new();

    /// <summary>No operation is remembered for a backward pass until the result is disposed; holds for this thread.</summary>
    public static IDisposable no_grad() => new GradMode();

    /// <summary>Starts the default generator anew.</summary>
    public static Generator manual_seed(long seed)
    {
        Api.Check(Api.rl_manual_seed(seed));
        return Generator.Default;
    }

    /// <summary>The default generator's whole state as bytes.</summary>
    public static Tensor get_rng_state() => new(Api.rl_get_rng_state());

    public static void set_rng_state(Tensor new_state)
    {
        Api.Check(Api.rl_set_rng_state(new_state.Handle));
        GC.KeepAlive(new_state);
    }

    /// <summary>How many threads one operation may use, in the whole process.</summary>
    public static void set_num_threads(int num) => Api.Check(Api.rl_set_num_threads(num));

    public static Tensor cat(Tensor[] tensors, long dim = 0) => Joined(tensors, list => Api.rl_cat(list, tensors.Length, dim));

    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0)
    {
        var list = tensors.ToArray();
        return Joined(list, handles => Api.rl_stack(handles, list.Length, dim));
    }

    public static Tensor exp(Tensor input) => input.exp();
    public static Tensor tanh(Tensor input) => Tensor.Of(Api.rl_tanh(input.Handle), input);
    public static Tensor sigmoid(Tensor input) => input.sigmoid();

    /// <summary>The product of two matrices; the first may be sparse.</summary>
    public static Tensor mm(Tensor input, Tensor target) => Tensor.Of(Api.rl_mm(input.Handle, target.Handle), input, target);

    private unsafe delegate nint FromList(nint* handles);

    private static Tensor Joined(Tensor[] tensors, FromList make)
    {
        var handles = new nint[tensors.Length];
        for (var i = 0; i < handles.Length; i++) handles[i] = tensors[i].Handle;
        fixed (nint* p = handles) return Tensor.Of(make(p), tensors);
    }

    private sealed class GradMode : IDisposable
    {
        private readonly int _before = Api.rl_grad_mode(0);
        private bool _ended;

        public void Dispose()
        {
            if (_ended) return;
            _ended = true;
            _ = Api.rl_grad_mode(_before);
        }
    }

    /// <summary>The source of chance. There is one, libtorch's default generator.</summary>
    public sealed class Generator
    {
        internal static readonly Generator Default = new();

        private Generator() { }
    }
}
