#!/usr/bin/env python3
"""A plain training of SASRec on ml-1m-sasrec, the peer of `RecLab.Bench marks`: the same sizes, batches, schedule and validation as ours, sequences of like length padded together.

Prints after each epoch: its number, seconds by the clock and of processor time since the beginning, NDCG@10 on the validation items. Arguments: --data FILE --threads --length --batch --epochs --seconds.
"""
import argparse
import gzip
import math
import time

import numpy as np
import torch
from torch import nn

from sasrec_torch import SasRec

p = argparse.ArgumentParser()
p.add_argument("--data", required=True)
for name, default in dict(threads=1, length=100, batch=64, epochs=80, seconds=900).items():
    p.add_argument(f"--{name}", type=int, default=default)
a = p.parse_args()
torch.set_num_threads(a.threads)
torch.manual_seed(1)
random = np.random.default_rng(1)

histories = {}
with gzip.open(a.data, "rt") as rows:
    for row in rows:
        user, item = row.split()
        histories.setdefault(int(user), []).append(int(item) - 1)
histories = [np.array(h) for h in histories.values() if len(h) >= 4]
items = 1 + max(int(h.max()) for h in histories)
train = [h[:-2] for h in histories]  # the last item tests, the one before validates
asked = random.choice(len(histories), 2000, replace=False)

model = SasRec(items, a.length, 64, 2)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, betas=(0.9, 0.98))
batches = math.ceil(len(train) / a.batch)
steps, warm = a.epochs * batches, math.ceil(0.02 * a.epochs * batches)
schedule = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lambda s: (s + 1) / warm if s < warm else 0.1 + 0.9 * (1 + math.cos(math.pi * (s - warm) / (steps - warm))) / 2)


def cut(history, anywhere):
    """At most length + 1 items: the newest, or in every other epoch any."""
    slack = len(history) - 1 - a.length
    at = random.integers(slack + 1) if anywhere and slack > 0 else max(slack, 0)
    return history[at : at + a.length + 1]


def epoch(number):
    users = random.permutation(len(train))
    for large in range(0, len(users), 16 * a.batch):  # within a large batch those of like length go together, so that little is padded
        group = sorted(users[large : large + 16 * a.batch], key=lambda u: len(train[u]))
        for small in random.permutation(range(0, len(group), a.batch)):
            rows = [cut(train[u], number % 2 == 1) for u in group[small : small + a.batch]]
            longest = max(len(r) for r in rows) - 1
            sequence, target, counted = (np.zeros((len(rows), longest), dtype) for dtype in (np.int64, np.int64, bool))
            for i, r in enumerate(rows):
                sequence[i, : len(r) - 1], target[i, : len(r) - 1], counted[i, : len(r) - 1] = r[:-1], r[1:], True
            yield torch.from_numpy(sequence), torch.from_numpy(target), torch.from_numpy(counted)


def validate():
    model.eval()
    total = 0.0
    with torch.no_grad():
        for at in range(0, len(asked), 128):
            users = asked[at : at + 128]
            known = [train[u][-a.length :] for u in users]
            sequence = np.zeros((len(users), a.length), np.int64)
            for i, k in enumerate(known):
                sequence[i, : len(k)] = k
            last = model.hidden(torch.from_numpy(sequence))[torch.arange(len(users)), torch.tensor([len(k) - 1 for k in known])]
            scores = last @ model.item.weight.t()
            for i, u in enumerate(users):
                scores[i, train[u]] = -math.inf
            wanted = scores[torch.arange(len(users)), torch.tensor([histories[u][-2] for u in users])]
            rank = 1 + (scores > wanted[:, None]).sum(1)
            total += torch.where(rank <= 10, 1 / torch.log2(rank + 1.0), torch.zeros(())).sum().item()
    model.train()
    return total / len(asked)


began, busy = time.perf_counter(), time.process_time()
for number in range(a.epochs):
    for sequence, target, counted in epoch(number):
        optimizer.zero_grad()
        loss = model.loss(sequence, target, counted)
        if not math.isfinite(loss.item()):
            raise SystemExit("the loss is no number")
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        schedule.step()
    print(f"{number + 1} {time.perf_counter() - began:.1f} {time.process_time() - busy:.1f} {validate():.4f}", flush=True)
    if time.perf_counter() - began > a.seconds:
        break
