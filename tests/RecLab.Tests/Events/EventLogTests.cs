using Microsoft.Extensions.DependencyInjection;
using RecLab.Events;
using RecLab.Live;
using Xunit;

namespace RecLab.Tests.Events;

public sealed class EventLogTests(RecLabApp app) : IClassFixture<RecLabApp>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private EventLog Log => app.Services.GetRequiredService<EventLog>();
    private EventStore Store => app.Services.GetRequiredService<EventStore>();

    [Fact]
    public async Task Many_senders_at_once_find_every_event_stored_when_they_are_answered()
    {
        var list = LogBook.List("many");
        await Log.AppendAsync(list);
        var told = new TaskCompletionSource();
        using var listening = app.Services.GetRequiredService<LiveFeed>().Listen(LiveFeed.Results, () => { told.TrySetResult(); return Task.CompletedTask; });
        var stored = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            var e = new ReceivedEvent { Id = Guid.CreateVersion7(), Type = "custom:seen", Item = "i1", Unit = "many", OccurredAt = LogBook.Noon, ReceivedAt = LogBook.Noon };
            var receipts = await Log.AppendAsync([e]);
            return receipts[0].Status == EventStatus.Accepted && Count($"SELECT count(*) FROM event WHERE hex(id) = upper('{e.Id:N}')") == 1;
        }));
        Assert.All(stored, Assert.True);
        await told.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_recovers()
    {
        var list = LogBook.List("full");
        await Log.AppendAsync(list);
        List<Task<IReadOnlyList<EventReceipt>>> waiting = [];
        using (var locker = Store.OpenWriter())
        {
            using var hold = locker.BeginTransaction(System.Data.IsolationLevel.Serializable, deferred: false);
            EventLogBusyException? refused = null;
            for (var i = 0; i < 60 && refused is null; i++)
            {
                var batch = Enumerable.Range(0, 500).Select(_ => new ReceivedEvent { Id = Guid.CreateVersion7(), Type = "custom:x", Unit = "full", OccurredAt = LogBook.Noon, ReceivedAt = LogBook.Noon }).ToArray();
                var task = Log.AppendAsync(batch);
                if (task.IsFaulted) refused = await Assert.ThrowsAsync<EventLogBusyException>(() => task);
                else waiting.Add(task);
            }
            Assert.NotNull(refused);
            Assert.InRange(Log.Waiting, 1, 20_000);
            hold.Rollback();
        }
        // those that waited are answered one way or the other: durable, or asked to try again; and the log takes new ones
        foreach (var task in waiting)
        {
            try { Assert.All(await task.WaitAsync(Patience, TestContext.Current.CancellationToken), r => Assert.Equal(EventStatus.Accepted, r.Status)); }
            catch (EventLogBusyException e) { Assert.NotNull(e.InnerException); }
        }
        var after = await Log.AppendAsync([new ReceivedEvent { Id = Guid.CreateVersion7(), Type = "custom:x", Unit = "full", OccurredAt = LogBook.Noon, ReceivedAt = LogBook.Noon }]);
        Assert.Equal(EventStatus.Accepted, after[0].Status);
    }

    private long Count(string sql)
    {
        using var connection = Store.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
