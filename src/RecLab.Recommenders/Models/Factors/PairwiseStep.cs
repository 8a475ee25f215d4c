using System.Numerics;

namespace RecLab.Recommenders.Models.Factors;

/// <summary>One step of stochastic gradient descent for a pair of items; rows are padded to whole vectors.</summary>
internal static unsafe class PairwiseStep
{
    /// <summary>p . (a - b)</summary>
    public static float Difference(float* p, float* a, float* b, int length)
    {
        Vector<float> one = default, two = default;
        for (var k = 0; k < length; k += 2 * Vector<float>.Count)
        {
            var next = k + Vector<float>.Count;
            one += Vector.Load(p + k) * (Vector.Load(a + k) - Vector.Load(b + k));
            two += Vector.Load(p + next) * (Vector.Load(a + next) - Vector.Load(b + next));
        }
        return Vector.Sum(one + two);
    }

    /// <summary>p += rate (g (a - b) - reg p), a += rate (g p - reg a), b += rate (-g p - reg b), all from the old values.</summary>
    public static void Move(float* p, float* a, float* b, float g, float rate, float reg, int length)
    {
        Vector<float> up = new(rate * g), keep = new(1 - rate * reg);
        for (var k = 0; k < length; k += Vector<float>.Count)
        {
            Vector<float> x = Vector.Load(p + k), y = Vector.Load(a + k), z = Vector.Load(b + k);
            Vector.Store(keep * x + up * (y - z), p + k);
            Vector.Store(keep * y + up * x, a + k);
            Vector.Store(keep * z - up * x, b + k);
        }
    }

    /// <summary>x = keep x + by y.</summary>
    public static void Push(float* x, float* y, float by, float keep, int length)
    {
        Vector<float> up = new(by), stay = new(keep);
        for (var k = 0; k < length; k += Vector<float>.Count) Vector.Store(stay * Vector.Load(x + k) + up * Vector.Load(y + k), x + k);
    }

    /// <summary>p += rate (g (a - b) - reg p) while the items stand still.</summary>
    public static void MoveUser(float* p, float* a, float* b, float g, float rate, float reg, int length)
    {
        Vector<float> up = new(rate * g), keep = new(1 - rate * reg);
        for (var k = 0; k < length; k += Vector<float>.Count)
            Vector.Store(keep * Vector.Load(p + k) + up * (Vector.Load(a + k) - Vector.Load(b + k)), p + k);
    }

    /// <summary>1 / (1 + e^x): how far from settled a pair with this difference is.</summary>
    public static float Unsettled(float x) => 1 / (1 + MathF.Exp(Math.Clamp(x, -30, 30)));

    /// <summary>ln(1 + e^-x), the loss of the pair.</summary>
    public static double Loss(float x) => x > 0 ? Math.Log(1 + Math.Exp(-x)) : Math.Log(1 + Math.Exp(x)) - x;
}
