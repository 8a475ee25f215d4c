using System.Runtime.InteropServices;
using System.Text;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public abstract partial class Module
        {
            /// <summary>Writes the state: the number of entries, and for each its name, type code, rank, axes and raw little-endian elements; all
            /// numbers as unsigned LEB128, the layout TorchSharp's exporter for Python describes.</summary>
            public Module save(string location, IList<string>? skip = null)
            {
                using var stream = File.Create(location);
                using var writer = new BinaryWriter(stream, Encoding.UTF8);
                var entries = state_dict().Where(e => skip?.Contains(e.Key) != true).ToList();
                writer.Write7BitEncodedInt64(entries.Count);
                foreach (var (name, value) in entries)
                {
                    writer.Write(name);
                    writer.Write7BitEncodedInt64((long)value.dtype);
                    var dims = value.shape;
                    writer.Write7BitEncodedInt64(dims.Length);
                    foreach (var d in dims) writer.Write7BitEncodedInt64(d);
                    writer.Write(Bytes(value));
                }
                return this;
            }

            /// <exception cref="InvalidDataException">The file is damaged, or does not fit this module.</exception>
            public Module load(string location, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                using var reader = new BinaryReader(File.OpenRead(location), Encoding.UTF8);
                var own = state_dict();
                var seen = new HashSet<string>(StringComparer.Ordinal);
                try
                {
                    for (var left = reader.Read7BitEncodedInt64(); left > 0; left--)
                    {
                        var name = reader.ReadString();
                        var type = (ScalarType)reader.Read7BitEncodedInt64();
                        var dims = new long[(int)Math.Min(reader.Read7BitEncodedInt64(), 64)];
                        for (var i = 0; i < dims.Length; i++) dims[i] = reader.Read7BitEncodedInt64();
                        var bytes = dims.Aggregate((long)Width(type), (product, d) => checked(product * d));
                        if (bytes < 0 || bytes > reader.BaseStream.Length - reader.BaseStream.Position) throw new InvalidDataException($"The entry '{name}' is longer than the file.");
                        var data = reader.ReadBytes(checked((int)bytes));
                        if (!own.TryGetValue(name, out var value)) { if (strict) throw new InvalidDataException($"The module has no '{name}'."); continue; }
                        seen.Add(name);
                        if (skip?.Contains(name) == true) continue;
                        if (value.dtype != type || !value.shape.AsSpan().SequenceEqual(dims))
                            throw new InvalidDataException($"'{name}' is {type} [{string.Join("x", dims)}] in the file, {value.dtype} [{string.Join("x", value.shape)}] in the module.");
                        value.CopyIn<byte>(data);
                        if (loadedParameters is not null) loadedParameters[name] = true;
                    }
                }
                catch (Exception e) when (e is EndOfStreamException or FormatException or OverflowException)
                {
                    throw new InvalidDataException($"'{location}' is not a saved module: {e.Message}", e);
                }
                var missing = own.Keys.Where(k => !seen.Contains(k) && skip?.Contains(k) != true).ToList();
                if (strict && missing.Count > 0) throw new InvalidDataException($"The file lacks {string.Join(", ", missing)}.");
                return this;
            }

            private static byte[] Bytes(Tensor value) => value.dtype switch
            {
                ScalarType.Float32 => MemoryMarshal.AsBytes<float>(value.CopyOut<float>()).ToArray(),
                ScalarType.Float64 => MemoryMarshal.AsBytes<double>(value.CopyOut<double>()).ToArray(),
                ScalarType.Int64 => MemoryMarshal.AsBytes<long>(value.CopyOut<long>()).ToArray(),
                ScalarType.Int32 => MemoryMarshal.AsBytes<int>(value.CopyOut<int>()).ToArray(),
                ScalarType.Bool or ScalarType.Byte or ScalarType.Int8 => value.CopyOut<byte>(),
                var other => throw new InvalidOperationException($"{other} is not saved."),
            };

            private static int Width(ScalarType type) => type switch
            {
                ScalarType.Float64 or ScalarType.Int64 => 8,
                ScalarType.Float32 or ScalarType.Int32 => 4,
                ScalarType.Bool or ScalarType.Byte or ScalarType.Int8 => 1,
                _ => throw new InvalidDataException($"The type code {(int)type} is not one a module holds."),
            };
        }
    }
}
