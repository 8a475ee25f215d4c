namespace RecLab.Recommenders.Numerics;

/// <summary>Runs over a range on the threads a training may use, and stops within one block of a cancellation. What a block writes must
/// depend on its own range only, so that the number of threads never changes a model.</summary>
internal static class Workers
{
    /// <summary>Threads a training may use.</summary>
    public static int Threads(this TrainingContext context) => context.Threads > 0 ? context.Threads : Environment.ProcessorCount;

    /// <summary>Calls <paramref name="block"/> for [from, to) until <paramref name="count"/> is covered, each thread with its own scratch memory.</summary>
    /// <param name="progress">Receives the share done, on the calling thread only.</param>
    public static void For<TScratch>(TrainingContext context, int count, int blockSize, Func<TScratch> scratch, Action<int, int, TScratch> block, Action<double>? progress = null)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        var blocks = (count + blockSize - 1) / blockSize;
        if (context.Threads() == 1 || blocks <= 1)
        {
            var own = scratch();
            for (var b = 0; b < blocks; b++)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                block(b * blockSize, Math.Min(count, (b + 1) * blockSize), own);
                progress?.Invoke((b + 1.0) / blocks);
            }
            return;
        }
        int next = -1, done = 0;
        Exception? failed = null;
        var others = new Thread[Math.Min(context.Threads(), blocks) - 1];
        for (var t = 0; t < others.Length; t++)
        {
            others[t] = new Thread(() => Work(null)) { IsBackground = true, Name = "training" };
            others[t].Start();
        }
        Work(progress);
        foreach (var thread in others) thread.Join();
        context.Cancellation.ThrowIfCancellationRequested();
        if (failed is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failed);

        void Work(Action<double>? tell)
        {
            try
            {
                var own = scratch();
                for (int b; (b = Interlocked.Increment(ref next)) < blocks && !context.Cancellation.IsCancellationRequested && Volatile.Read(ref failed) is null;)
                {
                    block(b * blockSize, Math.Min(count, (b + 1) * blockSize), own);
                    var so = Interlocked.Increment(ref done);
                    tell?.Invoke((double)so / blocks);
                }
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failed, e, null); // rethrown on the training thread
            }
        }
    }

    /// <summary>As above without scratch memory.</summary>
    public static void For(TrainingContext context, int count, int blockSize, Action<int, int> block) =>
        For<object?>(context, count, blockSize, () => null, (from, to, _) => block(from, to));
}
