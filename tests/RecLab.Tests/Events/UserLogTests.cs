using RecLab.Events;
using Xunit;

namespace RecLab.Tests.Events;

public sealed class UserLogTests
{
    private const string Endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

    [Fact]
    public async Task A_query_that_nobody_waits_for_any_more_ends_in_its_midst_and_leaves_the_connection_usable()
    {
        using var book = new LogBook();
        using var leaving = new CancellationTokenSource();
        using var connection = book.Store.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = Endless;
        using var begun = new SemaphoreSlim(0);
        var reading = Task.Run(() => Interruptible.Read(connection, leaving.Token, () =>
        {
            begun.Release();
            return (long)command.ExecuteScalar()!;
        }), TestContext.Current.CancellationToken);
        await begun.WaitAsync(TestContext.Current.CancellationToken);
        await leaving.CancelAsync(); // before its first step or after many: either way it ends, and only this way
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        command.CommandText = Endless.Replace("FROM n)", "FROM n WHERE i < 300000)", StringComparison.Ordinal);
        Assert.Equal(300_000L, command.ExecuteScalar()); // more steps than lie between two looks: nothing looks any more
    }

    [Fact]
    public async Task What_a_user_was_shown_and_did_is_not_read_for_somebody_who_has_left()
    {
        using var book = new LogBook();
        var list = LogBook.List("ann");
        book.Serve(list);
        book.Take(book.Event("click", list));
        var log = new UserLog(book.Store);
        Assert.Equal((1, 1), (log.Lists("ann", false, 10, TestContext.Current.CancellationToken).Count, log.Acts("ann", false, 10, TestContext.Current.CancellationToken).Count));
        using var left = new CancellationTokenSource();
        await left.CancelAsync();
        Assert.Throws<OperationCanceledException>(() => log.Lists("ann", false, 10, left.Token));
        Assert.Throws<OperationCanceledException>(() => log.Acts("ann", false, 10, left.Token));
    }
}
