using RecLab.Training;
using Xunit;

namespace RecLab.Tests.Training;

public sealed class RunSentenceTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 17, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(RunState.Queued, 0, "ALS v3 starts as soon as its slot is free.")]
    [InlineData(RunState.Queued, 1, "ALS v3 waits behind 1 run.")]
    [InlineData(RunState.Queued, 4, "ALS v3 waits behind 4 runs.")]
    [InlineData(RunState.Running, 0, "ALS v3 is training, 45% done.")]
    [InlineData(RunState.Succeeded, 0, "ALS v3 is trained.")]
    [InlineData(RunState.Cancelled, 0, "ALS v3 was cancelled.")]
    [InlineData(RunState.Lost, 0, "ALS v3 was lost at 45%.")]
    [InlineData(RunState.Failed, 0, "ALS v3 failed at 45%.")]
    public void Says_how_the_run_stands(RunState state, int ahead, string sentence) =>
        Assert.Equal(sentence, RunSentence.Of(View(state) with { Ahead = ahead }, RunCurves.Of([])));

    [Fact]
    public void A_run_that_no_longer_improves_says_so()
    {
        RunPoint[] points = [.. new[] { 0.1, 0.3, 0.2, 0.2, 0.1 }.Select((v, i) => new RunPoint { Series = "validation ndcg@10", Epoch = i + 1, Value = v })];
        Assert.Equal("ALS v3 is past its best so far, epoch 2.", RunSentence.Of(View(RunState.Running), RunCurves.Of(points)));
    }

    [Fact]
    public void A_stopped_run_says_why_and_what_is_safe()
    {
        var lost = View(RunState.Lost);
        lost.Run.Error = "Lost: its process was killed (signal 9).";
        Assert.Equal("Lost: its process was killed (signal 9). Its last checkpoint is intact; it can go on from there.", RunSentence.Explained(lost with { HasCheckpoint = true }, RunCurves.Of([])));
        Assert.Contains("It left no checkpoint", RunSentence.Explained(lost, RunCurves.Of([])));
    }

    [Theory]
    [InlineData(137, "signal 9")]
    [InlineData(139, "signal 11")]
    [InlineData(134, "signal 6")]
    [InlineData(143, "signal 15")]
    [InlineData(3, "code 3")]
    public void An_exit_code_is_put_into_words(int code, string words) => Assert.Contains(words, TrainingProcess.Ended(code));

    private static RunView View(RunState state) => new(
        new(new TrainingRun { Options = "{}", State = state, Version = 3, Fraction = 0.45, RequestedAt = Noon }, "als", "ALS", "als", "small"), null,
        [new RunStage { Name = "train", StartedAt = Noon }], [], [], 0, HasCheckpoint: false, IsServed: false);
}
