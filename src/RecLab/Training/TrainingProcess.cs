using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using RecLab.Storage;

namespace RecLab.Training;

/// <summary>A training's own operating system process: this program again, with <c>train RUN</c>, in low priority and with its own share of
/// threads. What happens to it (a native crash, an out-of-memory kill) happens to nothing else.</summary>
public sealed partial class TrainingProcess : IDisposable
{
    private const int KeptLines = 40, Terminate = 15;
    private readonly Process _process;
    private readonly Queue<string> _said = new();

    private TrainingProcess(Process process) => _process = process;

    public int Id => _process.Id;
    public bool HasExited => _process.HasExited;

    /// <summary>Starts the training of a run.</summary>
    /// <param name="runId">Which run.</param>
    /// <param name="attempt">Which attempt; a process of an older one leaves at once.</param>
    public static TrainingProcess Start(int runId, int attempt, HostPaths paths, TrainingSettings settings)
    {
        var start = new ProcessStartInfo { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = paths.DataDir };
        List<string> command = [.. Self(), "train", Text(runId), "--attempt", Text(attempt), "--data-dir", paths.DataDir, "--set", $"RecLab:TrainingThreads={Text(settings.Threads)}"];
        if (settings.Nice > 0 && Nice() is { } nice) command.InsertRange(0, [nice, "-n", Text(settings.Nice)]);
        start.FileName = command[0];
        foreach (var argument in command.Skip(1)) start.ArgumentList.Add(argument);
        foreach (var name in new[] { "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS" }) start.Environment[name] = Text(settings.Threads);
        start.Environment["OMP_WAIT_POLICY"] = "passive";

        var training = new TrainingProcess(new Process { StartInfo = start });
        training._process.OutputDataReceived += (_, line) => training.Heard(line.Data);
        training._process.ErrorDataReceived += (_, line) => training.Heard(line.Data);
        training._process.Start();
        training._process.StandardInput.Close();
        training._process.BeginOutputReadLine();
        training._process.BeginErrorReadLine();
        return training;
    }

    /// <summary>Waits until the process is over, and everything it said has been heard, or the time is up.</summary>
    public async Task<bool> ExitsWithinAsync(TimeSpan time, CancellationToken cancellation = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(time);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>How it ended, for people.</summary>
    public string Ending => Ended(_process.ExitCode);

    /// <summary>The last lines it wrote to its console, oldest first.</summary>
    public IReadOnlyList<string> LastWords { get { lock (_said) return [.. _said]; } }

    /// <summary>Processor time it has had, and whether one of its threads runs or waits for a processor; zero and false for one that is over.</summary>
    public (TimeSpan Used, bool Wants) Use()
    {
        try
        {
            var tasks = Directory.Exists($"/proc/{Id}/task") ? Directory.GetDirectories($"/proc/{Id}/task") : [];
            return (_process.TotalProcessorTime, tasks.Any(task => File.ReadAllText($"{task}/stat") is var stat && stat[(stat.LastIndexOf(')') + 2)..].StartsWith('R')));
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception or IOException or UnauthorizedAccessException)
        {
            return (TimeSpan.Zero, false); // it, or one of its threads, ended while we looked
        }
    }

    /// <summary>Asks it to stop (SIGTERM).</summary>
    public void Ask() => Ask(_process.Id);

    /// <summary>Ends it (SIGKILL).</summary>
    public void Kill() => _process.Kill(entireProcessTree: true);

    public void Dispose() => _process.Dispose();

    /// <summary>Whether a process that an earlier server started still trains this run.</summary>
    public static bool IsAlive(int? processId, int runId)
    {
        if (processId is not { } id) return false;
        try
        {
            using var process = Process.GetProcessById(id);
            if (process.HasExited) return false;
            var words = File.Exists($"/proc/{id}/cmdline") ? File.ReadAllText($"/proc/{id}/cmdline").Split('\0') : ["train", Text(runId)];
            var verb = Array.IndexOf(words, "train"); // process ids are reused: only one that trains this very run counts
            return verb >= 0 && verb + 1 < words.Length && words[verb + 1] == Text(runId);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or IOException)
        {
            return false; // it ended while we looked
        }
    }

    /// <summary>Asks a process to stop (SIGTERM); one that is gone already is no fault.</summary>
    public static void Ask(int processId)
    {
        const int NoSuchProcess = 3;
        if (kill(processId, Terminate) != 0 && Marshal.GetLastPInvokeError() is var error && error != NoSuchProcess)
            throw new InvalidOperationException($"The process {processId} cannot be asked to stop (error {error}).");
    }

    /// <summary>Exit codes above 128 are a signal's.</summary>
    public static string Ended(int code) => code switch
    {
        0 => "its process ended without saying how it went",
        137 => "its process was killed (signal 9), as the system does when memory runs out",
        134 => "its process aborted (signal 6), a fault in native code",
        139 => "its process crashed (signal 11), a fault in native code",
        > 128 => $"its process was ended by signal {code - 128}",
        _ => $"its process ended with code {code}",
    };

    /// <summary>The command that starts this program: the runtime that runs it now, and its assembly.</summary>
    internal static IReadOnlyList<string> Self()
    {
        var assembly = typeof(TrainingProcess).Assembly.Location;
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var dotnet = Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        if (assembly.Length > 0 && File.Exists(dotnet)) return [dotnet, assembly];
        return Environment.ProcessPath is { } self && Path.GetFileNameWithoutExtension(self) == "RecLab"
            ? [self]
            : throw new InvalidOperationException("This program cannot find the command that starts it again.");
    }

    private static string? Nice() => new[] { "/usr/bin/nice", "/bin/nice" }.FirstOrDefault(File.Exists);

    private void Heard(string? line)
    {
        if (string.IsNullOrWhiteSpace(line)) return;
        lock (_said)
        {
            _said.Enqueue(line.Length > 500 ? line[..500] : line);
            if (_said.Count > KeptLines) _said.Dequeue();
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int processId, int signal);
}
