using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace RecLab.Tests;

/// <summary>Keeps what is logged with an exception, so that a test can say that there was none.</summary>
public sealed class LoggedFaults : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _faults = new();

    public IReadOnlyCollection<string> All => _faults;

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose() { }

    private sealed class Category(LoggedFaults owner, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (exception is not null) owner._faults.Enqueue($"{name}: {formatter(state, exception)} {exception}");
        }
    }
}
