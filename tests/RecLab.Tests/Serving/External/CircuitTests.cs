using RecLab.Serving.External;
using Xunit;

namespace RecLab.Tests.Serving.External;

public sealed class CircuitTests
{
    private readonly ManualClock _clock = new(DateTimeOffset.UnixEpoch);

    private Circuit Opened()
    {
        var circuit = new Circuit(_clock);
        for (var i = 0; i < Circuit.Failures; i++)
        {
            Assert.True(circuit.TryEnter());
            circuit.Failed();
        }
        return circuit;
    }

    [Fact]
    public void Five_failures_in_a_row_open_it_and_a_success_between_does_not_count_on()
    {
        var circuit = new Circuit(_clock);
        for (var i = 0; i < 4; i++) circuit.Failed();
        circuit.Succeeded();
        for (var i = 0; i < 4; i++) circuit.Failed();
        Assert.True(circuit.TryEnter());
        circuit.Failed();
        Assert.Equal(CircuitState.Open, circuit.State);
        Assert.False(circuit.TryEnter());
    }

    [Fact]
    public void Half_open_lets_one_question_through_and_its_success_closes()
    {
        var circuit = Opened();
        _clock.Advance(Circuit.FirstPause);
        Assert.Equal(CircuitState.HalfOpen, circuit.State);
        Assert.True(circuit.TryEnter());
        Assert.False(circuit.TryEnter());
        circuit.Succeeded();
        Assert.Equal(CircuitState.Closed, circuit.State);
        Assert.True(circuit.TryEnter());
        Assert.True(circuit.TryEnter());
    }

    [Fact]
    public void Each_failed_trial_doubles_the_pause_up_to_a_minute()
    {
        var circuit = Opened();
        var pause = Circuit.FirstPause;
        for (var i = 0; i < 6; i++)
        {
            _clock.Advance(pause - TimeSpan.FromMilliseconds(1));
            Assert.False(circuit.TryEnter());
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            Assert.True(circuit.TryEnter());
            circuit.Failed();
            pause = TimeSpan.FromSeconds(Math.Min(60, pause.TotalSeconds * 2));
        }
        Assert.Equal(Circuit.LongestPause, pause);
    }

    [Fact]
    public void A_trial_that_nobody_waited_for_leaves_the_way_to_the_next()
    {
        var circuit = Opened();
        _clock.Advance(Circuit.FirstPause);
        Assert.True(circuit.TryEnter());
        circuit.Abandoned();
        Assert.True(circuit.TryEnter());
    }
}
