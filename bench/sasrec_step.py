#!/usr/bin/env python3
"""One training step of SASRec in plain eager torch, the peer of `RecLab.Bench step`: same layers, same sizes, same loss and optimiser.

Prints the median milliseconds by the clock and of processor time per step. Arguments: --threads --steps --device --batch --length --width --layers --items.
"""
import argparse
import math
import statistics
import time

import torch
from torch import nn
from torch.nn import functional as F

p = argparse.ArgumentParser()
for name, default in dict(threads=1, steps=20, batch=128, length=50, width=64, layers=2, items=3500).items():
    p.add_argument(f"--{name}", type=int, default=default)
p.add_argument("--device", default="cpu")
a = p.parse_args()
torch.set_num_threads(a.threads)
torch.manual_seed(1)


class Block(nn.Module):
    def __init__(self, d, dropout):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.output, self.inner, self.outer = nn.Linear(d, 3 * d), nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d)
        self.dropout = dropout

    def drop(self, x):
        return F.dropout(x, self.dropout, self.training)

    def attend(self, x):
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        if hasattr(F, "scaled_dot_product_attention"):
            return F.scaled_dot_product_attention(q.unsqueeze(1), k.unsqueeze(1), v.unsqueeze(1), dropout_p=self.dropout if self.training else 0.0, is_causal=True).squeeze(1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        mask = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).triu(1)
        return self.drop(scores.masked_fill(mask, float("-inf")).softmax(-1)) @ v

    def forward(self, x):
        x = x + self.drop(self.output(self.attend(self.norm1(x))))
        return x + self.drop(self.outer(self.drop(F.relu(self.inner(self.norm2(x))))))


class SasRec(nn.Module):
    def __init__(self):
        super().__init__()
        self.item, self.position = nn.Embedding(a.items, a.width), nn.Embedding(a.length, a.width)
        self.blocks, self.norm = nn.ModuleList(Block(a.width, 0.2) for _ in range(a.layers)), nn.LayerNorm(a.width)

    def loss(self, sequence, target):
        x = F.dropout(self.item(sequence) * math.sqrt(a.width) + self.position.weight, 0.2, self.training)
        for block in self.blocks:
            x = block(x)
        return F.cross_entropy(self.norm(x).view(-1, a.width) @ self.item.weight.t(), target.reshape(-1))


model = SasRec().to(a.device)
for table in (model.item, model.position):
    nn.init.normal_(table.weight, 0, 0.02)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, betas=(0.9, 0.98))
wall, cpu = [], []
for step in range(a.steps + 3):
    sequence = torch.randint(0, a.items, (a.batch, a.length + 1)).to(a.device)
    began, busy = time.perf_counter(), time.process_time()
    optimizer.zero_grad()
    loss = model.loss(sequence[:, :-1], sequence[:, 1:])
    loss.item()  # the other side looks for NaN here
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optimizer.step()
    if a.device != "cpu":
        torch.cuda.synchronize()
    if step >= 3:
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - busy)
print(f"{1000 * statistics.median(wall):.2f} {1000 * statistics.median(cpu):.2f} {torch.__version__}")
