using RecLab.Recommenders.Data;
using RecLab.Recommenders.Models.Neighbours;

namespace RecLab.Recommenders.Models.Linear;

/// <summary>The elastic net of one item after another without X'X: what is kept up to date is the residual x_i - X w of each user. Touches are never negative and the weights are not
/// allowed to be, so the gradient of a source only falls from where it starts, the number of users shared with the target: sources that share no more than l1 stay at zero and are left out.
/// The solution is that of <see cref="SlimColumn"/>.</summary>
internal sealed class SlimResiduals(SparseMatrix byUser, SparseMatrix byItem, SlimOptions options)
{
    private readonly float[] _residual = new float[byUser.Rows], _weights = new float[byItem.Rows];
    private readonly int[] _shared = new int[byItem.Rows];

    /// <summary>The weights of every source for one target.</summary>
    public KeptLinks Solve(int target, CancellationToken cancellation)
    {
        float l1 = (float)options.L1, l2 = (float)options.L2;
        foreach (var user in byItem.ColumnsOf(target)) _residual[user] = 1;
        var company = Company(target);
        List<int> sources = [.. company.Where(j => _shared[j] > l1)];
        for (var sweep = 0; sweep < options.Sweeps; sweep++)
        {
            cancellation.ThrowIfCancellationRequested();
            float moved = 0, largest = 0;
            foreach (var j in sources)
            {
                var users = byItem.ColumnsOf(j);
                var old = _weights[j];
                var pull = 0f;
                foreach (var user in users) pull += _residual[user];
                pull += users.Length * old;
                var now = pull > l1 ? (pull - l1) / (users.Length + l2) : 0;
                if (now == old) continue;
                foreach (var user in users) _residual[user] -= now - old;
                _weights[j] = now;
                moved = Math.Max(moved, Math.Abs(now - old));
                largest = Math.Max(largest, now);
            }
            if (moved <= 1e-3f * largest) break;
        }
        var kept = SlimColumn.Kept(sources, _weights, options.WeightsPerItem);
        foreach (var j in sources)
        {
            if (_weights[j] != 0) foreach (var user in byItem.ColumnsOf(j)) _residual[user] = 0;
            _weights[j] = 0;
        }
        foreach (var user in byItem.ColumnsOf(target)) _residual[user] = 0;
        foreach (var j in company) _shared[j] = 0;
        return kept;
    }

    /// <summary>The items that share a user with the target, ascending, their number left in the shared counts.</summary>
    private int[] Company(int target)
    {
        var company = new List<int>();
        foreach (var user in byItem.ColumnsOf(target))
            foreach (var item in byUser.ColumnsOf(user))
                if (item != target && _shared[item]++ == 0) company.Add(item);
        company.Sort();
        return [.. company];
    }
}
