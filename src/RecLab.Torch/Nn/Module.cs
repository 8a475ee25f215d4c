using System.Reflection;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Networks and what they are made of.</summary>
    public static partial class nn
    {
        /// <summary>A part of a network: parameters, buffers and further parts, found by name. A subclass holds its parts in fields and calls
        /// <see cref="RegisterComponents"/> at the end of its constructor; a part's name is its field's name.</summary>
        public abstract partial class Module : IDisposable
        {
            private readonly string _name;
            private readonly List<(string Name, Module Part)> _children = [];
            private readonly List<(string Name, Parameter Value)> _parameters = [];
            private readonly List<(string Name, Tensor Value, bool Persistent)> _buffers = [];

            protected Module(string name) => _name = name;

            /// <summary>Whether dropout and its like are at work.</summary>
            public bool training { get; private set; } = true;

            public string GetName() => _name;

            public virtual void train(bool train = true)
            {
                training = train;
                foreach (var (_, part) in _children) part.train(train);
            }

            public void eval() => train(false);

            /// <summary>Makes the parts held in fields known by the fields' names.</summary>
            protected virtual void RegisterComponents()
            {
                for (var type = GetType(); type is not null && type != typeof(Module); type = type.BaseType)
                    foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                        switch (field.GetValue(this))
                        {
                            case Module part when _children.All(c => c.Part != part): register_module(field.Name, part); break;
                            case Parameter value when _parameters.All(p => p.Value != value): register_parameter(field.Name, value); break;
                            case Modules.Parameter or Module: break;
                            case Tensor value when _buffers.All(b => b.Value != value): register_buffer(field.Name, value); break;
                        }
            }

            protected virtual void register_module(string name, Module submodule) => _children.Add((name, submodule));

            protected virtual void register_parameter(string name, Parameter param)
            {
                param.Scope = null;
                _parameters.Add((name, param));
            }

            /// <summary>A tensor that belongs to the module without being learnt: it moves with it, and is saved when persistent.</summary>
            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                tensor.Scope = null;
                _buffers.Add((name, tensor, persistent));
            }

            public virtual IEnumerable<Parameter> parameters(bool recurse = true) => named_parameters(recurse).Select(p => p.parameter);

            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true) =>
                _parameters.Select(p => (p.Name, p.Value))
                    .Concat(recurse ? _children.SelectMany(c => c.Part.named_parameters().Select(p => ($"{c.Name}.{p.name}", p.parameter))) : []);

            /// <summary>Parameters and persistent buffers by dotted name. The tensors are the module's own, not copies.</summary>
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                var dot = string.IsNullOrEmpty(prefix) ? "" : prefix + ".";
                foreach (var (name, value) in _parameters) destination[dot + name] = value;
                foreach (var (name, value, persistent) in _buffers) if (persistent) destination[dot + name] = value;
                foreach (var (name, part) in _children) part.state_dict(destination, dot + name);
                return destination;
            }

            /// <summary>Overwrites parameters and buffers with the values of the same name.</summary>
            /// <exception cref="InvalidOperationException">Strict, and the names differ.</exception>
            /// <exception cref="RecLab.Torch.TorchException">A shape differs.</exception>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                var own = state_dict();
                var missing = own.Keys.Where(k => !source.ContainsKey(k) && skip?.Contains(k) != true).ToList();
                var unexpected = source.Keys.Where(k => !own.ContainsKey(k) && skip?.Contains(k) != true).ToList();
                if (strict && missing.Count + unexpected.Count > 0)
                    throw new InvalidOperationException($"The saved state does not fit: missing [{string.Join(", ", missing)}], unexpected [{string.Join(", ", unexpected)}].");
                using var quiet = no_grad();
                foreach (var (name, value) in own)
                    if (source.TryGetValue(name, out var from) && skip?.Contains(name) != true)
                    {
                        RecLab.Torch.Native.Api.Check(RecLab.Torch.Native.Api.rl_copy_(value.Handle, from.Handle));
                        GC.KeepAlive(from);
                    }
                return (missing, unexpected);
            }

            internal void Move(Device device)
            {
                using var quiet = no_grad();
                foreach (var tensor in _parameters.Select(p => (Tensor)p.Value).Concat(_buffers.Select(b => b.Value)))
                {
                    using var moved = tensor.to(device);
                    RecLab.Torch.Native.Api.Check(RecLab.Torch.Native.Api.rl_set_data(tensor.Handle, moved.Handle));
                }
                foreach (var (_, part) in _children) part.Move(device);
            }

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                if (!disposing) return;
                foreach (var (_, part) in _children) part.Dispose();
                foreach (var (_, value) in _parameters) value.Dispose();
                foreach (var (_, value, _) in _buffers) value.Dispose();
            }
        }

        /// <summary>A module of one input.</summary>
        public abstract class Module<T, TResult> : Module
        {
            protected Module(string name) : base(name) { }
            public abstract TResult forward(T input);
            public TResult call(T input) => forward(input);
        }

        /// <summary>A module of two inputs.</summary>
        public abstract class Module<T1, T2, TResult> : Module
        {
            protected Module(string name) : base(name) { }
            public abstract TResult forward(T1 input1, T2 input2);
            public TResult call(T1 input1, T2 input2) => forward(input1, input2);
        }

        /// <summary>A module of three inputs.</summary>
        public abstract class Module<T1, T2, T3, TResult> : Module
        {
            protected Module(string name) : base(name) { }
            public abstract TResult forward(T1 input1, T2 input2, T3 input3);
            public TResult call(T1 input1, T2 input2, T3 input3) => forward(input1, input2, input3);
        }
    }
}

/// <summary>Moving whole modules.</summary>
public static class ModuleExtensionMethods
{
    /// <summary>Parameters and buffers go to the device; the module object stays the same.</summary>
    public static T to<T>(this T module, torch.Device device, bool non_blocking = false) where T : torch.nn.Module
    {
        module.Move(device);
        return module;
    }
}
