// Six models written against the recorded surface alone, with names as short as a paper's: that they compile is the check.
#nullable disable
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace RecLab.Torch.Tests.Surface;

public sealed class NeuMF : Module<Tensor, Tensor, Tensor>
{
    private readonly Embedding ug, ig, um, im; private readonly Sequential mlp; private readonly Linear head;
    public NeuMF(long users, long items, long d) : base("NeuMF")
    {
        ug = Embedding(users, d); ig = Embedding(items, d); um = Embedding(users, d); im = Embedding(items, d);
        mlp = Sequential(("l1", Linear(2 * d, d)), ("r1", ReLU()), ("d1", Dropout(0.1)), ("l2", Linear(d, d / 2)), ("r2", ReLU()));
        head = Linear(d + d / 2, 1);
        RegisterComponents();
        init.normal_(ug.weight, 0, 0.01); init.xavier_uniform_(head.weight); init.zeros_(head.bias);
    }
    public override Tensor forward(Tensor u, Tensor i)
    {
        var g = ug.call(u).mul(ig.call(i)); var m = mlp.call(torch.cat(new[] { um.call(u), im.call(i) }, 1));
        return head.call(torch.cat(new[] { g, m }, -1)).squeeze(-1);
    }
}

public sealed class TwoTower : Module<Tensor, Tensor, Tensor>
{
    private readonly Embedding u, i; private readonly Sequential ut, it;
    public TwoTower(long users, long items, long d) : base("TwoTower")
    {
        u = Embedding(users, d); i = Embedding(items, d);
        ut = Sequential(("a", Linear(d, d)), ("b", GELU()), ("c", Linear(d, d))); it = Sequential(("a", Linear(d, d)), ("b", GELU()), ("c", Linear(d, d)));
        RegisterComponents();
    }
    public override Tensor forward(Tensor a, Tensor b)
    {
        var x = F.normalize(ut.call(u.call(a)), 2.0, -1); var y = F.normalize(it.call(i.call(b)), 2.0, -1);
        return x.matmul(y.t()).div(0.07);
    }
    public static Tensor InBatchLoss(Tensor s, Device dev) => F.cross_entropy(s, torch.arange(s.shape[0], device: dev));
}

public sealed class MultVae : Module<Tensor, (Tensor, Tensor, Tensor)>
{
    private readonly Linear e1, mu, lv, d1, d2; private readonly Dropout drop;
    public MultVae(long items, long h, long z) : base("MultVae") { e1 = Linear(items, h); mu = Linear(h, z); lv = Linear(h, z); d1 = Linear(z, h); d2 = Linear(h, items); drop = Dropout(0.5); RegisterComponents(); }
    public override (Tensor, Tensor, Tensor) forward(Tensor x)
    {
        var h = torch.tanh(e1.call(drop.call(F.normalize(x)))); var m = mu.call(h); var v = lv.call(h);
        var z = training ? m + torch.randn_like(m) * torch.exp(v * 0.5) : m;
        return (d2.call(torch.tanh(d1.call(z))), m, v);
    }
    public static Tensor Loss(Tensor logits, Tensor x, Tensor m, Tensor v, double beta)
    {
        var nll = -(F.log_softmax(logits, 1) * x).sum(1).mean();
        var kl = (-0.5 * (1 + v - m.pow(2) - v.exp()).sum(1)).mean();
        return nll + beta * kl;
    }
}

public sealed class Gru4Rec : Module<Tensor, Tensor>
{
    private readonly Embedding e; private readonly GRU gru; private readonly Linear o;
    public Gru4Rec(long items, long d, long h) : base("Gru4Rec") { e = Embedding(items + 1, d, padding_idx: 0); gru = GRU(d, h, 1, batchFirst: true); o = Linear(h, d); RegisterComponents(); }
    public override Tensor forward(Tensor s) { var (y, _) = gru.call(e.call(s)); return o.call(y).matmul(e.weight.transpose(0, 1)); }
}

public sealed class Block : Module<Tensor, Tensor, Tensor>
{
    private readonly LayerNorm n1, n2; private readonly Linear q, k, v, o, f1, f2; private readonly Dropout dr; private readonly int heads;
    public Block(long d, int heads, double p) : base("Block") { this.heads = heads; n1 = LayerNorm(d); n2 = LayerNorm(d); q = Linear(d, d, hasBias: false); k = Linear(d, d, hasBias: false); v = Linear(d, d, hasBias: false); o = Linear(d, d, hasBias: false); f1 = Linear(d, d); f2 = Linear(d, d); dr = Dropout(p); RegisterComponents(); }
    public override Tensor forward(Tensor x, Tensor mask)
    {
        long B = x.shape[0], L = x.shape[1], D = x.size(2); var n = n1.call(x);
        Tensor S(Tensor t) => t.view(B, L, heads, D / heads).transpose(1, 2);
        var a = S(q.call(n)).matmul(S(k.call(n)).transpose(-2, -1)) / Math.Sqrt(D / heads);
        a = dr.call(F.softmax(a.masked_fill(mask, -1e9), -1));
        x = x + o.call(a.matmul(S(v.call(n))).transpose(1, 2).contiguous().view(B, L, D));
        return x + dr.call(f2.call(dr.call(F.relu(f1.call(n2.call(x))))));
    }
}

public sealed class SasRec : Module<Tensor, Tensor>
{
    private readonly Embedding item, pos; private readonly ModuleList<Block> blocks; private readonly LayerNorm ln; private readonly Dropout dr; private readonly Tensor mask; private readonly double scale;
    public SasRec(long items, long L, long d, int layers, int heads) : base("SasRec")
    {
        item = Embedding(items + 1, d, padding_idx: 0); pos = Embedding(L, d); ln = LayerNorm(d); dr = Dropout(0.2); scale = Math.Sqrt(d);
        blocks = ModuleList(Enumerable.Range(0, layers).Select(_ => new Block(d, heads, 0.2)).ToArray());
        mask = torch.ones(L, L, dtype: ScalarType.Bool).triu(1); register_buffer("mask", mask); RegisterComponents();
        using (torch.no_grad()) { item.weight.normal_(0, 0.02); item.weight[0].zero_(); pos.weight.normal_(0, 0.02); }
    }
    public Tensor Features(Tensor s)
    {
        var x = dr.call(item.call(s) * scale + pos.call(torch.arange(s.shape[1], dtype: ScalarType.Int64, device: s.device)).unsqueeze(0));
        foreach (var b in blocks) x = b.call(x, mask);
        return ln.call(x);
    }
    public override Tensor forward(Tensor s) { var h = Features(s); return h.reshape(-1, h.shape[^1]).matmul(item.weight.t()); }
    public Tensor Last(Tensor s) => Features(s)[TensorIndex.Colon, -1].matmul(item.weight.t());
}

public sealed class LightGcn : Module<Tensor, Tensor, Tensor, Tensor>
{
    private readonly Parameter w; private readonly Tensor adj; private readonly long users; private readonly int layers;
    public LightGcn(long users, long items, long d, int layers, Tensor idx, Tensor val) : base("LightGcn")
    {
        this.users = users; this.layers = layers; w = Parameter(torch.randn(users + items, d) * 0.1);

        adj = torch.sparse_coo_tensor(idx, val, new[] { users + items, users + items });
        RegisterComponents();
    }
    public Tensor Propagate()
    {
        Tensor x = w; var all = new List<Tensor> { x };
        for (int i = 0; i < layers; i++) { x = torch.mm(adj, x); all.Add(x); }
        return torch.stack(all, 0).mean(new long[] { 0 });
    }
    public override Tensor forward(Tensor u, Tensor p, Tensor n)
    {
        var e = Propagate(); var eu = e.index_select(0, u); var ep = e.index_select(0, p + users); var en = e.index_select(0, n + users);
        return -F.logsigmoid((eu * ep).sum(-1) - (eu * en).sum(-1)).mean();
    }
}
