using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace RecLab.Torch.Native;

/// <summary>Where the native shim lies, and what must be set before it is first loaded.</summary>
internal static partial class ShimLibrary
{
    internal const string FileName = "libreclabtorch.so";
    private static readonly Lock Gate = new();
    private static bool _prepared;

    /// <summary>The file that was loaded, once one was.</summary>
    internal static string? Loaded { get; private set; }

    /// <summary>The places looked at, best first: the file RECLAB_TORCH_LIB names (then only that one), beside the app, native/build of the checkout above the app.</summary>
    internal static IEnumerable<string> Candidates(string? named, string appFolder)
    {
        if (!string.IsNullOrEmpty(named)) { yield return Path.GetFullPath(named); yield break; }
        yield return Path.Combine(appFolder, FileName);
        for (var folder = new DirectoryInfo(appFolder); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "native", "CMakeLists.txt")))
                yield return Path.Combine(folder.FullName, "native", "build", FileName);
    }

    internal static void Prepare()
    {
        lock (Gate)
        {
            if (_prepared) return;
            _prepared = true;
            // Waiting OpenMP threads must sleep, not spin: on a shared machine spinning burns the core that a request needs. libgomp reads
            // the C environment once, when it is loaded; Environment.SetEnvironmentVariable does not reach it. What the user set wins.
            if (OperatingSystem.IsLinux()) _ = setenv("OMP_WAIT_POLICY", "passive", 0);
            // OpenBLAS before 0.3.22 takes AMD's processors with AVX-512 for Haswell, which halves every product.
            if (OperatingSystem.IsLinux() && IsAmdWithAvx512()) _ = setenv("OPENBLAS_CORETYPE", "SkylakeX", 0);
            NativeLibrary.SetDllImportResolver(typeof(ShimLibrary).Assembly, Resolve);
        }
    }

    private static bool IsAmdWithAvx512()
    {
        if (!Avx512F.VL.IsSupported || !Avx512BW.VL.IsSupported || !Avx512DQ.VL.IsSupported) return false;
        var (_, b, c, d) = X86Base.CpuId(0, 0); // the vendor's name lies in ebx, edx, ecx
        return (b, d, c) == (0x68747541, 0x69746e65, 0x444d4163); // "AuthenticAMD"
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != "reclabtorch") return 0;
        var looked = Candidates(Environment.GetEnvironmentVariable("RECLAB_TORCH_LIB"), AppContext.BaseDirectory).ToList();
        var found = looked.FirstOrDefault(File.Exists)
            ?? throw new DllNotFoundException($"The tensor shim is not built: looked for {string.Join(" and ", looked)}. Build it with native/build.sh.");
        var handle = NativeLibrary.Load(found);
        Loaded = found;
        return handle;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
