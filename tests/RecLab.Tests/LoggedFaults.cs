using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.Logging;
using RecLab.Tests;
using Xunit;
using Xunit.v3;

[assembly: LogOfFailedTests]

namespace RecLab.Tests;

/// <summary>Takes what applications under test log: what came with an exception, so that a test can say that there was none, and the last lines of each
/// test class, which are shown when one of its tests fails and only then.</summary>
public sealed class LoggedFaults : ILoggerProvider
{
    private const int Shown = 20;
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<string>> LinesOf = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly ConcurrentQueue<string> _lines = LinesOf.GetOrAdd(Class, _ => new());

    public IReadOnlyCollection<string> All => _faults;

    /// <summary>The last lines that applications of the present test class logged.</summary>
    internal static IReadOnlyCollection<string> Lines => LinesOf.GetValueOrDefault(Class) ?? [];

    private static string Class => TestContext.Current.TestClass?.UniqueID ?? "";

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose() { }

    private void Add(string line)
    {
        _lines.Enqueue(line);
        if (_lines.Count > Shown) _lines.TryDequeue(out _);
    }

    private sealed class Category(LoggedFaults owner, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            var line = $"{name}: {formatter(state, exception)} {exception}";
            owner.Add($"{logLevel} {string.Join(Environment.NewLine, line.Split('\n').Take(4))}"); // where it began is enough beside a test's own message
            if (exception is not null) owner._faults.Enqueue(line);
        }
    }
}

/// <summary>Writes what the applications of a failed test logged into the test's own output.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class LogOfFailedTestsAttribute : BeforeAfterTestAttribute
{
    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        var context = TestContext.Current;
        if (context.TestState?.Result != TestResult.Failed || LoggedFaults.Lines is not { Count: > 0 } lines) return;
        context.TestOutputHelper?.WriteLine($"Last lines of the application's log:{Environment.NewLine}{string.Join(Environment.NewLine, lines)}");
    }
}
